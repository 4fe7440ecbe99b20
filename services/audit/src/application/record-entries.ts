import type { UnitOfWork } from '@ymera/unit-of-work';
import { entryContent, type AuditedEvent } from '../domain/audit-entry';
import type { EntryLog } from './ports';

/** Records events as entries, each once, in the order of arrival. */
export class RecordEntries {
  constructor(private readonly unitOfWork: UnitOfWork<{ readonly log: EntryLog }>) {}

  /** Records all of them or none. Returns the number of new entries. */
  async execute(events: readonly AuditedEvent[]): Promise<number> {
    const entries = new Map(events.map((event) => [event.id, entryContent(event)]));
    return this.unitOfWork.run(({ log }) => log.append([...entries.values()]));
  }
}
