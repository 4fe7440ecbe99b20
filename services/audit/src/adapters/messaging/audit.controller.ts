import { Controller, Inject } from '@nestjs/common';
import { events, listAuditEntries, type PayloadOf, type ReplyOf, subscriptions } from '@ymera/contracts';
import { ok, type Result } from '@ymera/kernel';
import { OnEventBatch, OnQuery, type Received } from '@ymera/messaging';
import { z } from 'zod';
import { ReadEntries } from '../../application/read-entries';
import { RecordFacts } from '../../application/record-facts';
import type { Entry, RecordedFact } from '../../domain/entry';

const sources: ReadonlyMap<string, string> = new Map(
  events.map(({ key, owner }) => [key, `/ymera/${owner}`]),
);

@Controller()
export class AuditController {
  constructor(
    @Inject(RecordFacts) private readonly facts: RecordFacts,
    @Inject(ReadEntries) private readonly entries: ReadEntries,
  ) {}

  @OnEventBatch(subscriptions.audit, { max: 500, waitMs: 20 })
  async record(messages: Received<unknown>[]): Promise<void> {
    await this.facts.execute(messages.map(factOf));
  }

  @OnQuery(listAuditEntries)
  async list({
    from_index,
    limit,
  }: PayloadOf<typeof listAuditEntries>): Promise<Result<ReplyOf<typeof listAuditEntries>>> {
    const page = await this.entries.page(from_index, limit);
    return ok({ items: page.items.map(shown), next_index: page.nextIndex });
  }
}

const factOf = ({
  id,
  type,
  payload,
  aggregateId,
  aggregateVersion,
  time,
  traceparent,
}: Received<unknown>): RecordedFact => ({
  eventId: id,
  type,
  source: sources.get(type) ?? '/ymera/unknown',
  subject: aggregateId ?? '',
  aggregateVersion: aggregateVersion ?? 1,
  time,
  traceId: traceparent?.split('-')[1] ?? null,
  payload,
});

type ShownEntry = ReplyOf<typeof listAuditEntries>['items'][number];

const shown = (entry: Entry): ShownEntry => ({
  index: entry.index,
  event_id: entry.eventId,
  type: entry.type,
  source: entry.source,
  subject: entry.subject,
  time: entry.time.toISOString(),
  trace_id: entry.traceId,
  data_digest: entry.dataDigest,
  data: z.json().parse(JSON.parse(entry.data)),
});
