import type { SqlExecutor } from '@ymera/persistence';
import { Frontier, peaksOf, type Hash } from '@ymera/transparency';
import type { CheckpointLog, LogSizes } from '../../application/ports';

const lock = `SELECT pg_advisory_xact_lock(hashtextextended('ymera audit log of ' || current_schema(), 0))`;

const sizes = `
  SELECT (SELECT coalesce(max(index) + 1, 0) FROM entries) AS entries,
    (SELECT coalesce(max(index) + 1, 0) FROM tree_nodes WHERE level = 0) AS leaves`;

const peaks = `
  SELECT hash FROM unnest($1::smallint[], $2::bigint[]) WITH ORDINALITY AS wanted(level, index, place)
    LEFT JOIN tree_nodes USING (level, index)
  ORDER BY place`;

/** One writer in all processes, until the end of the transaction. */
export async function holdLog(sql: SqlExecutor): Promise<LogSizes> {
  // A separate statement: the next one must see what the previous lock holder has committed.
  await sql.query(lock);
  const [found] = await sql.query<LogSizes>(sizes);
  return found ?? { entries: 0, leaves: 0 };
}

export async function frontierOf(sql: SqlExecutor, size: number): Promise<Frontier | undefined> {
  const wanted = peaksOf(size);
  const rows = await sql.query<{ hash: Hash | null }>(peaks, [
    wanted.map(({ level }) => level),
    wanted.map(({ index }) => index),
  ]);
  const hashes = rows.flatMap(({ hash }) => hash ?? []);
  return hashes.length === wanted.length ? Frontier.of(size, hashes) : undefined;
}

/** Part of one transaction. */
export class PostgresCheckpointLog implements CheckpointLog {
  constructor(private readonly sql: SqlExecutor) {}

  hold(): Promise<LogSizes> {
    return holdLog(this.sql);
  }

  async rootOf(size: number): Promise<Hash | undefined> {
    return (await frontierOf(this.sql, size))?.root();
  }

  async newest(): Promise<string | undefined> {
    const rows = await this.sql.query<{ note: string }>(
      'SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1',
    );
    return rows[0]?.note;
  }

  async add(size: number, note: string): Promise<void> {
    await this.sql.query('INSERT INTO checkpoints (size, note) VALUES ($1, $2)', [size, note]);
  }
}
