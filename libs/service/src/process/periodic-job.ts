import type { Logger } from '@ymera/kernel';

/**
 * Runs `work` periodically, one run at a time, until it is stopped. A failed run is logged and the next one follows.
 */
export class PeriodicJob {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isStopped = false;
  private isKicked = false;

  constructor(
    private readonly name: string,
    private readonly everyMs: number,
    private readonly work: () => Promise<unknown>,
    private readonly logger: Logger,
  ) {}

  start(): void {
    if (this.isStopped) return;
    this.timer = setTimeout(() => {
      this.running = this.once();
    }, this.everyMs);
    this.timer.unref();
  }

  /** Sooner than scheduled: at once, or right after the run in progress. */
  kick(): void {
    if (this.isStopped || this.isKicked) return;
    this.isKicked = true;
    this.running = this.running.then(() => {
      this.isKicked = false;
      clearTimeout(this.timer);
      return this.isStopped ? undefined : this.once();
    });
  }

  /** Resolves when the run in progress has ended. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private async once(): Promise<void> {
    try {
      await this.work();
    } catch (error) {
      this.logger.warn('periodic job failed, will run again', { periodicJob: this.name, error });
    }
    this.start();
  }
}
