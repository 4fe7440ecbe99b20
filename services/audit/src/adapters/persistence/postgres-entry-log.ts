import type { SqlExecutor } from '@ymera/persistence';
import type { EntryLog } from '../../application/ports';
import type { EntryContent } from '../../domain/audit-entry';
import { place, type Placed } from '../../domain/placement';
import { damaged } from './damaged';
import { frontierOf, holdLog } from './postgres-tree';

const known = 'SELECT event_id FROM entries WHERE event_id = ANY($1::uuid[])';

const insertEntries = `
  INSERT INTO entries (index, event_id, type, source, subject, time, trace_id, data_digest, data, aggregate_version)
  SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[],
    $8::text[], $9::text[], $10::integer[])`;

const insertNodes = `
  INSERT INTO tree_nodes (level, index, hash) SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bytea[])`;

/** Part of one transaction. */
export class PostgresEntryLog implements EntryLog {
  constructor(private readonly sql: SqlExecutor) {}

  async append(contents: readonly EntryContent[]): Promise<number> {
    const { entries: size, leaves } = await holdLog(this.sql);
    if (size !== leaves) throw damaged(`there are ${size} entries and ${leaves} leaves`);
    const ids = contents.map(({ eventId }) => eventId);
    const there = await this.sql.query<{ event_id: string }>(known, [ids]);
    const isKnown = new Set(there.map(({ event_id: id }) => id));
    const fresh = contents.filter(({ eventId }) => !isKnown.has(eventId));
    if (fresh.length === 0) return 0;

    const tree = await frontierOf(this.sql, size);
    if (!tree) throw damaged(`the tree of ${size} entries lacks nodes`);
    await this.#insert(place(fresh, tree));
    return fresh.length;
  }

  async #insert({ entries, nodes }: Placed): Promise<void> {
    await this.sql.query(insertEntries, [
      entries.map(({ index }) => index),
      entries.map(({ eventId }) => eventId),
      entries.map(({ type }) => type),
      entries.map(({ source }) => source),
      entries.map(({ subject }) => subject),
      entries.map(({ time }) => time),
      entries.map(({ traceId }) => traceId),
      entries.map(({ dataDigest }) => dataDigest),
      entries.map(({ canonicalData }) => canonicalData),
      entries.map(({ aggregateVersion }) => aggregateVersion),
    ]);
    await this.sql.query(insertNodes, [
      nodes.map(({ level }) => level),
      nodes.map(({ index }) => index),
      nodes.map(({ hash }) => hash),
    ]);
  }
}
