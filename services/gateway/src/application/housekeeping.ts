import type { Clock, Logger } from '@ymera/kernel';
import type { IdempotencyStore, TimelineStore } from './ports';

const everyMs = 60_000;
const dayMs = 86_400_000;

/** Forgets answers and timelines whose time is over. */
export class Housekeeping {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(
    private readonly idempotency: Pick<IdempotencyStore, 'deleteExpired'>,
    private readonly timeline: Pick<TimelineStore, 'deleteOlderThan'>,
    private readonly retentionDays: number,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.#timer = setInterval(() => {
      this.#running = this.run().catch((error: unknown) =>
        this.logger.warn('housekeeping failed', { error }),
      );
    }, everyMs);
  }

  async run(): Promise<void> {
    const now = this.clock.now();
    await this.idempotency.deleteExpired(now);
    await this.timeline.deleteOlderThan(new Date(now.getTime() - this.retentionDays * dayMs));
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }
}
