import { sleep } from '@ymera/kernel';
import { fullJitter, type Backoff } from '../connection/backoff';

/**
 * Where handlers wait while something they need is away. Messages already delivered are kept, unacknowledged; the
 * prefetch bounds them, so the broker sends no more, and nothing counts against their delivery limit.
 */
export class PauseGate {
  #paused: Promise<void> | undefined;
  #attempt = 0;
  readonly #closed = new AbortController();

  constructor(
    private readonly backoff: Backoff,
    private readonly changed: (isPaused: boolean) => void = () => undefined,
  ) {}

  /** Undefined when there is nothing to wait for. */
  whenOpen(): Promise<void> | undefined {
    return this.#paused;
  }

  /** Several messages fail for the same reason at once: only the first of them makes the pause longer. */
  pause(): Promise<void> {
    this.#paused ??= this.#rest();
    return this.#paused;
  }

  succeeded(): void {
    this.#attempt = 0;
  }

  close(): void {
    this.#closed.abort();
  }

  async #rest(): Promise<void> {
    this.changed(true);
    const { baseMs, maxMs } = this.backoff;
    // At least half of the bound: a pause of nothing would hammer what is trying to get up.
    const bound = Math.min(maxMs, baseMs * 2 ** Math.min(this.#attempt, 30));
    this.#attempt += 1;
    await sleep(bound / 2 + fullJitter(0, { baseMs: bound / 2, maxMs }), this.#closed.signal);
    this.#paused = undefined;
    this.changed(false);
  }
}
