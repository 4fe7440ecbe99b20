import { backoffMs, sleep, type BackoffPolicy } from '@ymera/kernel';

/**
 * Where handlers wait while a dependency is unavailable. Delivered messages stay unacknowledged; the prefetch limits
 * them, so the broker sends no more, and nothing counts against their delivery limit.
 */
export class PauseGate {
  #paused: Promise<void> | undefined;
  #failures = 0;

  constructor(
    private readonly backoff: BackoffPolicy,
    /** Ends a pause at once. */
    private readonly stopping: AbortSignal,
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
    this.#failures = 0;
  }

  async #rest(): Promise<void> {
    this.changed(true);
    this.#failures += 1;
    // At least half of the bound: a pause of nothing would hammer what is trying to get up.
    await sleep(backoffMs(this.#failures, this.backoff, 'half'), this.stopping);
    this.#paused = undefined;
    this.changed(false);
  }
}
