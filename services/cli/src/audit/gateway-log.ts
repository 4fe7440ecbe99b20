import { auditCheckpointRoute, listAuditCheckpointsRoute, readAuditLogRoute } from '@ymera/contracts';
import type { LoggedRecord, LogSource } from '@ymera/transparency';
import type { ApiClient } from '../api/api-client';

const recordsPerPage = 1000;
const checkpointsPerPage = 200;

/** The audit log as the gateway shows it, a page at a time. */
export class GatewayLog implements LogSource {
  constructor(private readonly api: ApiClient) {}

  /** The key that the platform publishes. */
  async publishedKey(): Promise<string> {
    return (await this.api.call(auditCheckpointRoute)).public_key;
  }

  async newestCheckpoint(): Promise<string | null> {
    return (await this.api.call(auditCheckpointRoute)).checkpoint;
  }

  async *records(from: number, to: number): AsyncIterable<LoggedRecord> {
    for (let next = from; next < to;) {
      const { items } = await this.api.call(readAuditLogRoute, {
        query: { from_index: next, limit: Math.min(recordsPerPage, to - next) },
      });
      for (const record of items) if (record.index < to) yield record;
      const last = items.at(-1);
      // A log that returns other entries than requested must not keep the command running for ever.
      if (!last || last.index < next) return;
      next = last.index + 1;
    }
  }

  async *checkpoints(): AsyncIterable<string> {
    for (let from: number | null = 0; from !== null;) {
      const page: { items: string[]; next_size: number | null } = await this.api.call(
        listAuditCheckpointsRoute,
        { query: { from_size: from, limit: checkpointsPerPage } },
      );
      yield* page.items;
      from = page.next_size !== null && page.next_size > from ? page.next_size : null;
    }
  }
}
