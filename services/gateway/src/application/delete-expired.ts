import type { Clock } from '@ymera/kernel';
import type { AlertStore, IdempotencyStore, TimelineStore } from './ports';

const dayMs = 86_400_000;

/** Deletes answers, timelines and resolved alerts whose time is over; an open alert stays until it is resolved. */
export class DeleteExpired {
  constructor(
    private readonly idempotency: Pick<IdempotencyStore, 'deleteExpired'>,
    private readonly timeline: Pick<TimelineStore, 'deleteOlderThan'>,
    private readonly alerts: Pick<AlertStore, 'resolveExpired' | 'deleteOlderThan'>,
    private readonly retentionDays: number,
    private readonly clock: Clock,
  ) {}

  async execute(): Promise<void> {
    const now = this.clock.now();
    await this.idempotency.deleteExpired(now);
    const kept = new Date(now.getTime() - this.retentionDays * dayMs);
    await this.timeline.deleteOlderThan(kept);
    await this.alerts.resolveExpired(now);
    await this.alerts.deleteOlderThan(kept);
  }
}
