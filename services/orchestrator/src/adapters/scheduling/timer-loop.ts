import { FailureException, type Logger } from '@ymera/kernel';
import type { FireTimers } from '../../application/fire-timers';
import type { Time } from '../../domain/workflow/workflow';

/** Timers of other instances, and of this one before a crash, are found within this time. */
const pollIntervalMs = 1_000;

/**
 * Polls the timers when the next one is due, or sooner when an earlier one was set in this process. While the broker is
 * unavailable no timer is fired: messages of agents cannot arrive, and their leases would expire for it.
 */
export class TimerLoop {
  private wakeAt: Time = 0;
  private alarm: NodeJS.Timeout | undefined;
  private ring: () => void = () => undefined;
  private isStopped = false;
  /** Planned time of the pass that has not succeeded yet; undefined before the first. */
  private meantAt: Time | undefined;
  private running: Promise<void> | undefined;
  /** Callers that wait for a pass that is yet to begin. */
  private waiting: PromiseWithResolvers<void>[] = [];

  constructor(
    private readonly timers: Pick<FireTimers, 'fireDue'>,
    private readonly reachable: () => Promise<void>,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.running ??= this.run();
  }

  timerSet(at: Time): void {
    if (at >= this.wakeAt) return;
    this.wakeAt = at;
    this.arm();
  }

  /**
   * Polls at once; resolves when a pass has succeeded that began after the call, or when the loop has stopped. Rejects
   * when timers cannot be fired, because the broker or the database is unavailable.
   */
  async polled(): Promise<void> {
    if (this.isStopped) return;
    const polled = Promise.withResolvers<void>();
    this.waiting.push(polled);
    this.timerSet(Date.now());
    await polled.promise;
  }

  /** Waits for the pass in progress. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.ring();
    await this.running;
    clearTimeout(this.alarm);
    for (const { resolve } of this.waiting.splice(0)) resolve();
  }

  private async run(): Promise<void> {
    while (!this.isStopped) {
      // A timer that is set during a pass must be seen by the pass or wake the loop after it.
      this.wakeAt = Number.POSITIVE_INFINITY;
      const next = await this.pass();
      this.wakeAt = Math.min(this.wakeAt, next.at ?? Number.POSITIVE_INFINITY, Date.now() + pollIntervalMs);
      // A timer set during the pass may be due already; that pass was not planned, so it shows no downtime.
      if (next.hasPolled) this.meantAt = Math.max(this.wakeAt, Date.now());
      if (!this.isStopped) await this.wait();
    }
  }

  private async pass(): Promise<{ readonly hasPolled: boolean; readonly at?: Time | undefined }> {
    const waiting = this.waiting.splice(0);
    try {
      await this.reachable();
      const at = await this.timers.fireDue(this.meantAt);
      for (const { resolve } of waiting) resolve();
      return { hasPolled: true, at };
    } catch (error) {
      this.logger.warn('timers could not be fired; the next pass is in a second', { error });
      if (isUnavailable(error)) for (const { reject } of waiting) reject(error);
      else this.waiting.push(...waiting);
      return { hasPolled: false };
    }
  }

  private async wait(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.ring = resolve;
      this.arm();
    });
    clearTimeout(this.alarm);
    this.ring = () => undefined;
  }

  private arm(): void {
    clearTimeout(this.alarm);
    if (!Number.isFinite(this.wakeAt)) return;
    this.alarm = setTimeout(() => this.ring(), Math.max(0, this.wakeAt - Date.now()));
  }
}

/** Any other failure is a bug of ours, which waiting callers must not take for an outage. */
const isUnavailable = (error: unknown): boolean =>
  error instanceof FailureException && error.failure.kind === 'unavailable';
