/** The load of a run; the same for both sides of the comparison. */
export interface Load {
  readonly messages: number;
  /** Messages between publish and confirm. */
  readonly window: number;
  /** Deliveries acknowledged at once; the prefetch is twice that. */
  readonly batch: number;
  /** Maximum time that an incomplete batch waits. */
  readonly waitMs: number;
}

export interface Rates {
  readonly publishPerS: number;
  readonly consumePerS: number;
}

/** Publishes and consumes `messages`, both at once, in this process. */
export interface Exchange {
  run(messages: number): Promise<Rates>;
  close(): Promise<void>;
}

/** Counts to a number and then resolves. */
export class Countdown {
  #left = 0;
  #done: () => void = () => undefined;

  from(count: number): Promise<void> {
    this.#left = count;
    return new Promise((resolve) => (this.#done = resolve));
  }

  take(count: number): void {
    this.#left -= count;
    if (this.#left <= 0) this.#done();
  }
}

export async function timed(
  count: number,
  published: Promise<void>,
  consumed: Promise<void>,
): Promise<Rates> {
  const started = performance.now();
  const rate = (): number => count / ((performance.now() - started) / 1000);
  const [publishPerS, consumePerS] = await Promise.all([published.then(rate), consumed.then(rate)]);
  return { publishPerS, consumePerS };
}
