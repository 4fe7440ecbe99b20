/** Runs asynchronous work one after the other, in the order of the calls. In this process only. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  /** Begins when all earlier work has settled; whether that failed concerns its own caller. */
  runExclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Resolves when all work that was asked for until now has settled. */
  async idle(): Promise<void> {
    await this.#last;
  }
}

/** A mutex for each key. A key costs nothing while no work has it. */
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
