import type { EntryLog, EntryReader } from '../application/ports';
import type { AuditEntry, EntryContent } from '../domain/audit-entry';

export class InMemoryEntryLog implements EntryLog, EntryReader {
  constructor(private readonly entries: AuditEntry[] = []) {}

  async append(entries: readonly EntryContent[]): Promise<number> {
    const fresh = entries.filter(({ eventId }) => !this.entries.some((entry) => entry.eventId === eventId));
    for (const content of fresh) this.entries.push({ ...content, index: this.entries.length });
    return fresh.length;
  }

  async read(fromIndex: number, limit: number): Promise<readonly AuditEntry[]> {
    return this.entries.slice(fromIndex, fromIndex + limit);
  }
}
