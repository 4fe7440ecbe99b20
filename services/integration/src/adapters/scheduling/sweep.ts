import type { Logger } from '@ymera/kernel';

/** Runs `work` at once and then every so often, one run at a time. A failed run is logged, and the next one comes. */
export class Sweep {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isStopped = false;

  constructor(
    private readonly name: string,
    private readonly everyMs: number,
    private readonly work: () => Promise<unknown>,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.running = this.once();
  }

  /** Sooner than planned: at once, or after the run under way. */
  kick(): void {
    if (this.isStopped) return;
    clearTimeout(this.timer);
    this.running = this.running.then(() => {
      clearTimeout(this.timer);
      return this.isStopped ? undefined : this.once();
    });
  }

  /** Resolves when the run under way has ended. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private async once(): Promise<void> {
    try {
      await this.work();
    } catch (error) {
      this.logger.warn('sweep failed, will run again', { sweep: this.name, error });
    }
    if (this.isStopped) return;
    this.timer = setTimeout(() => this.start(), this.everyMs);
    this.timer.unref();
  }
}
