import type {
  listAuditCheckpoints,
  PayloadOf,
  readAuditCheckpoint,
  readAuditLog,
  ReplyOf,
} from '@ymera/contracts';
import type { LogReader } from './ports';

/** The log for verifiers: uninterpreted and complete. */
export class ReadLog {
  constructor(
    private readonly reader: LogReader,
    private readonly publicKey: string,
  ) {}

  async records({
    from_index: from,
    limit,
  }: PayloadOf<typeof readAuditLog>): Promise<ReplyOf<typeof readAuditLog>> {
    return { items: [...(await this.reader.records(from, limit))] };
  }

  async checkpoint(): Promise<ReplyOf<typeof readAuditCheckpoint>> {
    return { checkpoint: (await this.reader.newestCheckpoint()) ?? null, public_key: this.publicKey };
  }

  async checkpoints({
    from_size: from,
    limit,
  }: PayloadOf<typeof listAuditCheckpoints>): Promise<ReplyOf<typeof listAuditCheckpoints>> {
    const found = await this.reader.checkpoints(from, limit + 1);
    return {
      items: found.slice(0, limit).map(({ note }) => note),
      next_size: found[limit]?.size ?? null,
    };
  }
}
