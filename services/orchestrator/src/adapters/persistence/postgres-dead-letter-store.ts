import type { DeadLetterState, ServiceName, VirtualHost } from '@ymera/contracts';
import { PostgresDelayedDelivery, type SqlExecutor } from '@ymera/persistence';
import type {
  DeadLetterFilter,
  DeadLetterStore,
  DeadLetterStores,
  KeptDeadLetter,
} from '../../application/dead-letter-ports';
import type { DeadLetter } from '../../domain/dead-letter';

interface Row {
  readonly dead_letter_id: string;
  readonly vhost: VirtualHost;
  readonly owner: ServiceName;
  readonly queue: string | null;
  readonly message_id: string | null;
  readonly type: string;
  readonly principal_id: string | null;
  readonly code: string;
  readonly reason: string;
  readonly traceparent: string | null;
  readonly state: DeadLetterState;
  readonly deaths: number;
  readonly died_at: Date;
  readonly replayed_at: Date | null;
  readonly replayed_by: string | null;
  readonly version: number;
  readonly size: number;
  readonly is_truncated: boolean;
}

/** Without the body, which may be large. */
const columns = `dead_letter_id, vhost, owner, queue, message_id, type, principal_id, code, reason, traceparent, state,
  deaths, died_at, replayed_at, replayed_by, version, size, is_truncated`;

export const postgresDeadLetterStores = (sql: SqlExecutor): DeadLetterStores => ({
  deadLetters: new PostgresDeadLetterStore(sql),
  sendBack: new PostgresDelayedDelivery({ sql }),
});

class PostgresDeadLetterStore implements DeadLetterStore {
  constructor(private readonly sql: SqlExecutor) {}

  lockSame(fingerprint: string): Promise<DeadLetter | undefined> {
    return this.one(`fingerprint = $1 FOR UPDATE`, fingerprint);
  }

  async insert(letter: DeadLetter, fingerprint: string, excerpt: string, body: Buffer): Promise<boolean> {
    const inserted = await this.sql.query(
      `INSERT INTO dead_letters (${columns}, fingerprint, excerpt, body)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
       ON CONFLICT (fingerprint) DO NOTHING RETURNING 1`,
      [
        letter.deadLetterId,
        letter.vhost,
        letter.owner,
        letter.queue ?? null,
        letter.messageId ?? null,
        letter.type,
        letter.principalId ?? null,
        letter.code,
        letter.reason,
        letter.traceparent ?? null,
        letter.state,
        letter.deaths,
        letter.diedAt,
        letter.replayedAt ?? null,
        letter.replayedBy ?? null,
        letter.version,
        letter.size,
        letter.isTruncated,
        fingerprint,
        excerpt,
        body,
      ],
    );
    return inserted.length > 0;
  }

  async update(letter: DeadLetter): Promise<void> {
    await this.sql.query(
      `UPDATE dead_letters SET code = $2, reason = $3, state = $4, deaths = $5, died_at = $6, replayed_at = $7,
         replayed_by = $8, version = $9
       WHERE dead_letter_id = $1`,
      [
        letter.deadLetterId,
        letter.code,
        letter.reason,
        letter.state,
        letter.deaths,
        letter.diedAt,
        letter.replayedAt ?? null,
        letter.replayedBy ?? null,
        letter.version,
      ],
    );
  }

  lock(deadLetterId: string): Promise<DeadLetter | undefined> {
    return this.one(`dead_letter_id = $1 FOR UPDATE`, deadLetterId);
  }

  find(deadLetterId: string): Promise<DeadLetter | undefined> {
    return this.one(`dead_letter_id = $1`, deadLetterId);
  }

  async bodyOf(deadLetterId: string): Promise<Buffer> {
    const [row] = await this.sql.query<{ body: Buffer }>(
      `SELECT body FROM dead_letters WHERE dead_letter_id = $1`,
      [deadLetterId],
    );
    return row?.body ?? Buffer.alloc(0);
  }

  async page({
    owner,
    queue,
    code,
    state,
    before,
    limit,
  }: DeadLetterFilter): Promise<readonly KeptDeadLetter[]> {
    const rows = await this.sql.query<Row & { readonly excerpt: string }>(
      `SELECT ${columns}, excerpt FROM dead_letters
       WHERE ($1::text IS NULL OR owner = $1) AND ($2::text IS NULL OR queue = $2)
         AND ($3::text IS NULL OR code = $3) AND ($4::text IS NULL OR state = $4)
         AND ($5::uuid IS NULL OR dead_letter_id < $5)
       ORDER BY dead_letter_id DESC LIMIT $6`,
      [owner ?? null, queue ?? null, code ?? null, state ?? null, before ?? null, limit],
    );
    return rows.map((row) => ({ letter: letterOf(row), excerpt: row.excerpt }));
  }

  async count(vhost: VirtualHost, owner: ServiceName, most: number): Promise<number> {
    const [row] = await this.sql.query<{ count: number }>(
      `SELECT count(*) AS count FROM
         (SELECT FROM dead_letters WHERE vhost = $1 AND owner = $2 LIMIT $3) AS kept`,
      [vhost, owner, most],
    );
    return row?.count ?? 0;
  }

  async deleteOldest(vhost: VirtualHost, owner: ServiceName): Promise<void> {
    await this.sql.query(
      `DELETE FROM dead_letters WHERE dead_letter_id =
         (SELECT min(dead_letter_id::text)::uuid FROM dead_letters WHERE vhost = $1 AND owner = $2)`,
      [vhost, owner],
    );
  }

  async deleteDeadLetteredBefore(time: Date): Promise<number> {
    const gone = await this.sql.query(`DELETE FROM dead_letters WHERE died_at < $1 RETURNING 1`, [time]);
    return gone.length;
  }

  async waiting(): Promise<ReadonlyMap<ServiceName, number>> {
    const rows = await this.sql.query<{ owner: ServiceName; count: number }>(
      `SELECT owner, count(*) AS count FROM dead_letters WHERE state <> 'replayed' GROUP BY owner`,
    );
    return new Map(rows.map(({ owner, count }) => [owner, count]));
  }

  private async one(condition: string, value: string): Promise<DeadLetter | undefined> {
    const [row] = await this.sql.query<Row>(`SELECT ${columns} FROM dead_letters WHERE ${condition}`, [
      value,
    ]);
    return row && letterOf(row);
  }
}

const letterOf = (row: Row): DeadLetter => ({
  deadLetterId: row.dead_letter_id,
  vhost: row.vhost,
  owner: row.owner,
  queue: row.queue ?? undefined,
  messageId: row.message_id ?? undefined,
  type: row.type,
  principalId: row.principal_id ?? undefined,
  code: row.code,
  reason: row.reason,
  traceparent: row.traceparent ?? undefined,
  state: row.state,
  deaths: row.deaths,
  diedAt: row.died_at,
  replayedAt: row.replayed_at ?? undefined,
  replayedBy: row.replayed_by ?? undefined,
  version: row.version,
  size: row.size,
  isTruncated: row.is_truncated,
});
