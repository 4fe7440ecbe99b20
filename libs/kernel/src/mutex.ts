/** Runs asynchronous work serially, in the order of the calls. In this process only. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Begins when all earlier work has settled; whether that failed concerns its own caller. Work whose `signal` aborts before it
   * begins never does, and the call rejects at once with the signal's reason.
   */
  runExclusive<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    let hasBegun = false;
    const result = this.#last.then(() => {
      signal?.throwIfAborted();
      hasBegun = true;
      return work();
    });
    this.#last = result.catch(() => undefined);
    if (!signal) return result;
    return new Promise((resolve, reject) => {
      const abandon = (): void => {
        if (!hasBegun) reject(signal.reason as Error);
      };
      if (signal.aborted) abandon();
      signal.addEventListener('abort', abandon, { once: true });
      void this.#last.then(() => signal.removeEventListener('abort', abandon));
      result.then(resolve, reject);
    });
  }

  /** Resolves when all work submitted until now has settled. */
  async idle(): Promise<void> {
    await this.#last;
  }
}

/** A mutex for each key. A key without work uses no memory. */
export class KeyedMutex {
  readonly #mutexes = new Map<string, { readonly mutex: Mutex; users: number }>();

  async runExclusive<T>(key: string, work: () => Promise<T>): Promise<T> {
    const entry = this.#mutexes.get(key) ?? { mutex: new Mutex(), users: 0 };
    this.#mutexes.set(key, entry);
    entry.users += 1;
    try {
      return await entry.mutex.runExclusive(work);
    } finally {
      entry.users -= 1;
      if (entry.users === 0) this.#mutexes.delete(key);
    }
  }
}
