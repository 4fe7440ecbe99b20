import type { Clock } from '@ymera/kernel';
import type { IdempotencyStore, TimelineStore } from './ports';

const dayMs = 86_400_000;

/** Forgets answers and timelines whose time is over. */
export class ForgetExpired {
  constructor(
    private readonly idempotency: Pick<IdempotencyStore, 'deleteExpired'>,
    private readonly timeline: Pick<TimelineStore, 'deleteOlderThan'>,
    private readonly retentionDays: number,
    private readonly clock: Clock,
  ) {}

  async execute(): Promise<void> {
    const now = this.clock.now();
    await this.idempotency.deleteExpired(now);
    await this.timeline.deleteOlderThan(new Date(now.getTime() - this.retentionDays * dayMs));
  }
}
