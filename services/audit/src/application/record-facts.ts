import type { RecordedFact } from '../domain/entry';
import { entriesFrom } from '../domain/entry';
import type { AuditUnitOfWork } from './ports';

/** Appends what was not yet recorded; a batch is in the log as a whole or not at all. */
export class RecordFacts {
  constructor(private readonly unitOfWork: AuditUnitOfWork) {}

  async execute(facts: readonly RecordedFact[]): Promise<void> {
    await this.unitOfWork.run(async (tx) => {
      const fresh: RecordedFact[] = [];
      for (const fact of facts) if (await tx.inbox.accept('audit.record', fact.eventId)) fresh.push(fact);
      if (fresh.length === 0) return;
      await tx.entries.append(entriesFrom(await tx.entries.nextIndex(), fresh));
    });
  }
}
