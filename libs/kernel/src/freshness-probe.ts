import type { Clock } from './clock';
import { withTimeout } from './with-timeout';

export interface FreshnessProbeOptions {
  /** Rejects while the dependency is unavailable. It may hang. */
  readonly check: () => Promise<unknown>;
  /** How old a check may be for its success to count; also how long a check may take. */
  readonly maxAgeMs: () => number;
  /** The least time between the starts of two checks; default 0. */
  readonly minIntervalMs?: () => number;
  /**
   * Whether one failed check is enough (`immediate`), or the dependency counts as healthy until its last success is too old
   * (`after_grace`, the default).
   */
  readonly failureMode?: 'immediate' | 'after_grace';
}

/**
 * Positive and fresh knowledge that a dependency works: a check that began at most `maxAgeMs` ago has succeeded. A connection
 * that looks open proves nothing, and one that hangs is as bad as one that refuses.
 */
export class FreshnessProbe {
  #succeededAt = Number.NEGATIVE_INFINITY;
  #startedAt = Number.NEGATIVE_INFINITY;
  #running: Promise<boolean> | undefined;

  constructor(
    private readonly options: FreshnessProbeOptions,
    private readonly clock: Clock,
  ) {}

  /** Whether a check succeeded recently enough. Does not check. */
  isFresh(now: number = this.#now()): boolean {
    // A success from the future is from before the clock was set back.
    return this.#succeededAt <= now && now - this.#succeededAt <= this.options.maxAgeMs();
  }

  /** Whether the dependency works: from the last success while it is fresh, else by a check, which callers share. */
  async isHealthy(): Promise<boolean> {
    return this.isFresh() || this.#check();
  }

  /** Checks, unless a check is running or one was started less than `minIntervalMs` ago. Resolves when its outcome is known. */
  async refresh(): Promise<void> {
    const now = this.#now();
    const isTooSoon = this.#startedAt <= now && now - this.#startedAt < (this.options.minIntervalMs?.() ?? 0);
    if (this.#running === undefined && isTooSoon) return;
    await this.#check();
  }

  #check(): Promise<boolean> {
    this.#running ??= this.#checkOnce(this.#now()).finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #checkOnce(startedAt: number): Promise<boolean> {
    this.#startedAt = startedAt;
    const success = this.options.check().then(
      () => true,
      () => false,
    );
    const isHealthy = await withTimeout(this.options.maxAgeMs(), success, () => false);
    if (isHealthy) this.#succeededAt = startedAt;
    else if (this.options.failureMode === 'immediate') this.#succeededAt = Number.NEGATIVE_INFINITY;
    return isHealthy;
  }

  #now(): number {
    return this.clock.now().getTime();
  }
}
