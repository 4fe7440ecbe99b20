import type { SqlExecutor } from '@ymera/persistence';
import type { DeadLetterCauseStore } from '../../application/dead-letter-ports';
import type { PublishedCause } from '../../domain/dead-letter-cause';

interface Row {
  readonly cause_id: string;
  readonly version: number;
  readonly published_at: Date | null;
  readonly is_open: boolean;
  readonly unpublished: number;
}

const columns = 'cause_id, version, published_at, is_open, unpublished';

export class PostgresDeadLetterCauseStore implements DeadLetterCauseStore {
  constructor(private readonly sql: SqlExecutor) {}

  /** The insert waits for a transaction that inserts the same cause, and the update locks the row of either. */
  async lock(causeId: string): Promise<PublishedCause> {
    const [row] = await this.sql.query<Row>(
      `INSERT INTO dead_letter_causes AS known (${columns}) VALUES ($1, 0, NULL, false, 0)
       ON CONFLICT (cause_id) DO UPDATE SET version = known.version RETURNING ${columns}`,
      [causeId],
    );
    if (!row) throw new TypeError('an upsert returns its row');
    return causeOf(row);
  }

  async save({ causeId, version, publishedAt, isOpen, unpublished }: PublishedCause): Promise<void> {
    await this.sql.query(
      `UPDATE dead_letter_causes SET version = $2, published_at = $3, is_open = $4, unpublished = $5
       WHERE cause_id = $1`,
      [causeId, version, publishedAt ?? null, isOpen, unpublished],
    );
  }

  async takeDue(publishedBy: Date, limit: number): Promise<readonly PublishedCause[]> {
    const rows = await this.sql.query<Row>(
      `SELECT ${columns} FROM dead_letter_causes WHERE unpublished > 0 AND published_at <= $1
       ORDER BY published_at LIMIT $2 FOR UPDATE SKIP LOCKED`,
      [publishedBy, limit],
    );
    return rows.map(causeOf);
  }
}

const causeOf = (row: Row): PublishedCause => ({
  causeId: row.cause_id,
  version: row.version,
  publishedAt: row.published_at ?? undefined,
  isOpen: row.is_open,
  unpublished: row.unpublished,
});
