import type { Clock, Logger } from '@ymera/kernel';
import type { CoordinatorUnitOfWork } from './ports';

const dayMs = 86_400_000;
const requestsPerTransaction = 100;

/** Deletes requests with their approvals some time after their end; an open request or approval stays. */
export class DeleteOldRequests {
  constructor(
    private readonly unitOfWork: CoordinatorUnitOfWork,
    private readonly clock: Clock,
    private readonly retentionDays: number,
    private readonly logger: Logger,
  ) {}

  async execute(): Promise<void> {
    const before = new Date(this.clock.now().getTime() - this.retentionDays * dayMs);
    for (;;) {
      const deleted = await this.unitOfWork.run((tx) =>
        tx.requests.deleteEndedBefore(before, requestsPerTransaction),
      );
      if (deleted > 0) this.logger.info('old requests deleted', { requests: deleted });
      if (deleted < requestsPerTransaction) return;
    }
  }
}
