import type { UnitOfWork } from '@ymera/unit-of-work';
import { entryContent, type AuditedEvent } from '../domain/audit-entry';
import type { EntryLog } from './ports';

/** Facts become entries, each once, in the order in which they arrived here. */
export class RecordEntries {
  constructor(private readonly unitOfWork: UnitOfWork<{ readonly log: EntryLog }>) {}

  /** All of them or none. Gives the number of those that were new. */
  async execute(events: readonly AuditedEvent[]): Promise<number> {
    const entries = new Map(events.map((event) => [event.id, entryContent(event)]));
    return this.unitOfWork.run(({ log }) => log.append([...entries.values()]));
  }
}
