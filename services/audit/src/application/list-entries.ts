import { auditEntry, type listAuditEntries, type PayloadOf, type ReplyOf } from '@ymera/contracts';
import type { EntryReader } from './ports';

/** A page of the log as contracts show it. */
export class ListEntries {
  constructor(private readonly reader: EntryReader) {}

  async execute(query: PayloadOf<typeof listAuditEntries>): Promise<ReplyOf<typeof listAuditEntries>> {
    const entries = await this.reader.read(query.from_index, query.limit + 1);
    const page = entries.slice(0, query.limit);
    return {
      items: page.map((entry) => ({
        index: entry.index,
        event_id: entry.eventId,
        type: entry.type,
        source: entry.source,
        subject: entry.subject,
        time: entry.time.toISOString(),
        trace_id: entry.traceId,
        data_digest: entry.dataDigest,
        data: auditEntry.shape.data.parse(JSON.parse(entry.canonicalData)),
      })),
      next_index: entries.length > page.length ? query.from_index + query.limit : null,
    };
  }
}
