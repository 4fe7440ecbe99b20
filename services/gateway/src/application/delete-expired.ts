import type { Clock } from '@ymera/kernel';
import type { AlertStore, IdempotencyStore, TimelineStore } from './ports';

const dayMs = 86_400_000;

/** Deletes expired answers, timelines and alerts. */
export class DeleteExpired {
  constructor(
    private readonly idempotency: Pick<IdempotencyStore, 'deleteExpired'>,
    private readonly timeline: Pick<TimelineStore, 'deleteOlderThan'>,
    private readonly alerts: Pick<AlertStore, 'deleteOlderThan'>,
    private readonly retentionDays: number,
    private readonly clock: Clock,
  ) {}

  async execute(): Promise<void> {
    const now = this.clock.now();
    await this.idempotency.deleteExpired(now);
    const kept = new Date(now.getTime() - this.retentionDays * dayMs);
    await this.timeline.deleteOlderThan(kept);
    await this.alerts.deleteOlderThan(kept);
  }
}
