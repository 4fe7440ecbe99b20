import {
  auditEntry,
  type listAuditEntries,
  pageCursor,
  type PayloadOf,
  type ReplyOf,
} from '@ymera/contracts';
import { ok, type Result } from '@ymera/kernel';
import { z } from 'zod';
import type { EntryReader } from './ports';

/** The position is the index of the last entry of the page. */
const cursors = pageCursor('audit', z.int().min(0));

/** A page of the log in the shape of the contract. */
export class ListEntries {
  constructor(private readonly reader: EntryReader) {}

  async execute({
    from_index,
    cursor,
    limit,
  }: PayloadOf<typeof listAuditEntries>): Promise<Result<ReplyOf<typeof listAuditEntries>>> {
    const after = cursors.decode(cursor);
    if (!after.ok) return after;
    const from = after.value === undefined ? from_index : after.value + 1;
    const entries = await this.reader.read(from, limit + 1);
    const page = cursors.page(entries, limit, ({ index }) => index);
    return ok({
      next_cursor: page.next_cursor,
      items: page.items.map((entry) => ({
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
      next_index: entries.length > limit ? from + limit : null,
    });
  }
}
