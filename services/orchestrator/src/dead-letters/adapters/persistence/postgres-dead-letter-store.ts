import type { DeadLetterState, ServiceName, VirtualHost } from '@ymera/contracts';
import {
  defineTable,
  json,
  optional,
  plain,
  PostgresDelayedDelivery,
  type SqlExecutor,
} from '@ymera/persistence';
import type {
  DeadLetterFilter,
  DeadLetterStore,
  DeadLetterStores,
  KeptDeadLetter,
} from '../../application/dead-letter-ports';
import type { DeadLetter, DeadLetterOrigin } from '../../domain/dead-letter';
import { causeIdOf, type WaitingLetters } from '../../domain/dead-letter-cause';
import { PostgresDeadLetterCauseStore } from './postgres-dead-letter-cause-store';

/** Without the body, which may be large. */
const letters = defineTable<DeadLetter>({
  name: 'dead_letters',
  key: 'deadLetterId',
  columns: {
    deadLetterId: plain<string>(),
    vhost: plain<VirtualHost>(),
    owner: plain<ServiceName>(),
    queue: optional(plain<string>()),
    messageId: optional(plain<string>()),
    type: plain<string>(),
    principalId: optional(plain<string>()),
    origin: optional(json<DeadLetterOrigin>()),
    code: plain<string>(),
    reason: plain<string>(),
    traceparent: optional(plain<string>()),
    state: plain<DeadLetterState>(),
    deaths: plain<number>(),
    diedAt: plain<Date>(),
    replayedAt: optional(plain<Date>()),
    replayedBy: optional(plain<string>()),
    version: plain<number>(),
    size: plain<number>(),
    isTruncated: plain<boolean>(),
  },
});
const { columns } = letters;

export const postgresDeadLetterStores = (sql: SqlExecutor): DeadLetterStores => ({
  deadLetters: new PostgresDeadLetterStore(sql),
  causes: new PostgresDeadLetterCauseStore(sql),
  sendBack: new PostgresDelayedDelivery({ sql }),
});

class PostgresDeadLetterStore implements DeadLetterStore {
  constructor(private readonly sql: SqlExecutor) {}

  lockSame(fingerprint: string): Promise<DeadLetter | undefined> {
    return this.one(`fingerprint = $1 FOR UPDATE`, fingerprint);
  }

  async insert(letter: DeadLetter, fingerprint: string, excerpt: string, body: Buffer): Promise<boolean> {
    const others = { fingerprint, excerpt, body, cause_id: causeIdOf(letter) };
    const { text, values } = letters.insert(letter, others);
    const inserted = await this.sql.query(`${text} ON CONFLICT (fingerprint) DO NOTHING RETURNING 1`, values);
    return inserted.length > 0;
  }

  async update(letter: DeadLetter): Promise<void> {
    const { text, values } = letters.update(
      letter,
      ['origin', 'code', 'reason', 'state', 'deaths', 'diedAt', 'replayedAt', 'replayedBy', 'version'],
      { cause_id: causeIdOf(letter) },
    );
    await this.sql.query(text, values);
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
    const rows = await this.sql.query<Record<string, unknown> & { readonly excerpt: string }>(
      `SELECT ${columns}, excerpt FROM dead_letters
       WHERE ($1::text IS NULL OR owner = $1) AND ($2::text IS NULL OR queue = $2)
         AND ($3::text IS NULL OR code = $3) AND ($4::text IS NULL OR state = $4)
         AND ($5::uuid IS NULL OR dead_letter_id < $5)
       ORDER BY dead_letter_id DESC LIMIT $6`,
      [owner ?? null, queue ?? null, code ?? null, state ?? null, before ?? null, limit],
    );
    return rows.map((row) => ({ letter: letters.read(row), excerpt: row.excerpt }));
  }

  async count(vhost: VirtualHost, owner: ServiceName, max: number): Promise<number> {
    const [row] = await this.sql.query<{ count: number }>(
      `SELECT count(*) AS count FROM
         (SELECT FROM dead_letters WHERE vhost = $1 AND owner = $2 LIMIT $3) AS kept`,
      [vhost, owner, max],
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

  async waitingOf(causeId: string): Promise<WaitingLetters> {
    const [row] = await this.sql.query<{ count: number; first: Date | null; last: Date | null }>(
      `SELECT count(*) AS count, min(died_at) AS first, max(died_at) AS last FROM dead_letters
       WHERE cause_id = $1 AND state <> 'replayed'`,
      [causeId],
    );
    return {
      count: row?.count ?? 0,
      firstDiedAt: row?.first ?? undefined,
      lastDiedAt: row?.last ?? undefined,
    };
  }

  newestOf(causeId: string): Promise<DeadLetter | undefined> {
    return this.one(
      `cause_id = $1 AND state <> 'replayed' ORDER BY died_at DESC, dead_letter_id DESC LIMIT 1`,
      causeId,
    );
  }

  async waiting(): Promise<ReadonlyMap<ServiceName, number>> {
    const rows = await this.sql.query<{ owner: ServiceName; count: number }>(
      `SELECT owner, count(*) AS count FROM dead_letters WHERE state <> 'replayed' GROUP BY owner`,
    );
    return new Map(rows.map(({ owner, count }) => [owner, count]));
  }

  private async one(condition: string, value: string): Promise<DeadLetter | undefined> {
    const [row] = await this.sql.query(`SELECT ${columns} FROM dead_letters WHERE ${condition}`, [value]);
    return row && letters.read(row);
  }
}
