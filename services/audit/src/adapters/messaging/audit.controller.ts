import { Controller, Inject } from '@nestjs/common';
import { listAuditEntries, subscriptions, type PayloadOf, type ReplyOf } from '@ymera/contracts';
import { ok, type Result } from '@ymera/kernel';
import { OnEventBatch, OnQuery, type Received } from '@ymera/messaging';
import { counter } from '@ymera/observability';
import { ListEntries } from '../../application/list-entries';
import { RecordEntries } from '../../application/record-entries';

@Controller()
export class AuditController {
  readonly #recorded = counter({
    name: 'ymera_audit_entries_total',
    help: 'Entries added to the audit log by this process.',
  });

  constructor(
    @Inject(RecordEntries) private readonly recordEntries: RecordEntries,
    @Inject(ListEntries) private readonly listEntries: ListEntries,
  ) {}

  @OnEventBatch(subscriptions.audit, { max: 500, waitMs: 20 })
  async record(events: Received<unknown>[]): Promise<void> {
    this.#recorded.inc(await this.recordEntries.execute(events));
  }

  @OnQuery(listAuditEntries)
  async list(query: PayloadOf<typeof listAuditEntries>): Promise<Result<ReplyOf<typeof listAuditEntries>>> {
    return ok(await this.listEntries.execute(query));
  }
}
