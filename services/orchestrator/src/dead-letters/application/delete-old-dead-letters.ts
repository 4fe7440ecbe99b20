import { serviceNames } from '@ymera/contracts';
import type { Clock } from '@ymera/kernel';
import type { DeadLetterMetrics, DeadLetterUnitOfWork } from './dead-letter-ports';

const dayMs = 86_400_000;

/** Deletes dead letters after their retention, and counts those that wait for a replay. */
export class DeleteOldDeadLetters {
  constructor(
    private readonly unitOfWork: DeadLetterUnitOfWork,
    private readonly metrics: DeadLetterMetrics,
    private readonly clock: Clock,
    private readonly retentionDays: number,
  ) {}

  async execute(): Promise<void> {
    const before = new Date(this.clock.now().getTime() - this.retentionDays * dayMs);
    const waiting = await this.unitOfWork.run(async (tx) => {
      await tx.deadLetters.deleteDeadLetteredBefore(before);
      return tx.deadLetters.waiting();
    });
    for (const owner of serviceNames) this.metrics.waiting(owner, waiting.get(owner) ?? 0);
  }
}
