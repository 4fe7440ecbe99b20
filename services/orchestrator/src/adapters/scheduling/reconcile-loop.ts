import { sleep, type Logger } from '@ymera/kernel';
import type { Reconcile } from '../../application/reconcile';

export class ReconcileLoop {
  private readonly stopped = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    private readonly reconcile: Pick<Reconcile, 'execute'>,
    private readonly periodMs: number,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    for (;;) {
      await sleep(this.periodMs, this.stopped.signal);
      if (this.stopped.signal.aborted) return;
      await this.reconcile.execute().catch((error: unknown) => {
        this.logger.warn('the runs could not be reconciled; the next try follows', { error });
      });
    }
  }
}
