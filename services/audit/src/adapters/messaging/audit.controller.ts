import { Controller, Inject } from '@nestjs/common';
import {
  listAuditCheckpoints,
  listAuditEntries,
  readAuditCheckpoint,
  readAuditLog,
  subscriptions,
  type PayloadOf,
  type ReplyOf,
} from '@ymera/contracts';
import { ok, type Result } from '@ymera/kernel';
import { OnEventBatch, OnQuery, type Received } from '@ymera/messaging';
import { counter } from '@ymera/observability';
import { z } from 'zod';
import { Checkpointing } from '../../application/checkpointing';
import { ListEntries } from '../../application/list-entries';
import { ReadLog } from '../../application/read-log';
import { RecordEntries } from '../../application/record-entries';

/**
 * Stores events as they were published: unknown members, and payloads that violate their contract, are part of the
 * record.
 */
const anyFact = z.record(z.string(), z.json());
const audited = subscriptions.audit.map((contract) => ({ ...contract, payload: anyFact }));

@Controller()
export class AuditController {
  readonly #recorded = counter({
    name: 'ymera_audit_entries_total',
    help: 'Entries added to the audit log by this process since its start.',
  });

  constructor(
    @Inject(RecordEntries) private readonly recordEntries: RecordEntries,
    @Inject(ListEntries) private readonly listEntries: ListEntries,
    @Inject(ReadLog) private readonly readLog: ReadLog,
    @Inject(Checkpointing) private readonly checkpointing: Checkpointing,
  ) {}

  @OnEventBatch(audited, { max: 500, waitMs: 20 })
  async record(events: Received<unknown>[]): Promise<void> {
    const added = await this.recordEntries.execute(events);
    this.#recorded.inc(added);
    await this.checkpointing.recorded(added);
  }

  @OnQuery(listAuditEntries)
  async list(query: PayloadOf<typeof listAuditEntries>): Promise<Result<ReplyOf<typeof listAuditEntries>>> {
    return this.listEntries.execute(query);
  }

  @OnQuery(readAuditLog)
  async log(query: PayloadOf<typeof readAuditLog>): Promise<Result<ReplyOf<typeof readAuditLog>>> {
    return ok(await this.readLog.records(query));
  }

  @OnQuery(readAuditCheckpoint)
  async checkpoint(): Promise<Result<ReplyOf<typeof readAuditCheckpoint>>> {
    return ok(await this.readLog.checkpoint());
  }

  @OnQuery(listAuditCheckpoints)
  async checkpoints(
    query: PayloadOf<typeof listAuditCheckpoints>,
  ): Promise<Result<ReplyOf<typeof listAuditCheckpoints>>> {
    return ok(await this.readLog.checkpoints(query));
  }
}
