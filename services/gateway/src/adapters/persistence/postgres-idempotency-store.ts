import type { SqlExecutor } from '@ymera/persistence';
import type { IdempotencyScope, IdempotencyStore } from '../../application/ports';
import type { IdempotencyRecord } from '../../domain/idempotency';

interface Row {
  readonly request_digest: string;
  readonly lease_until: Date;
  readonly answer: Buffer | null;
}

const values = ({ caller, operation, key }: IdempotencyScope): readonly string[] => [caller, operation, key];
const scoped = 'caller = $1 AND operation = $2 AND key = $3';

export class PostgresIdempotencyStore implements IdempotencyStore {
  constructor(private readonly sql: SqlExecutor) {}

  async begin(
    scope: IdempotencyScope,
    requestDigest: string,
    times: { readonly now: Date; readonly leaseUntil: Date; readonly expiresAt: Date },
  ): Promise<IdempotencyRecord | undefined> {
    const inserted = await this.sql.query(
      `INSERT INTO idempotency_keys AS kept (caller, operation, key, request_digest, lease_until, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (caller, operation, key) DO UPDATE
         SET request_digest = $4, lease_until = $5, expires_at = $6, answer = NULL
         WHERE kept.expires_at <= $7
       RETURNING 1`,
      [...values(scope), requestDigest, times.leaseUntil, times.expiresAt, times.now],
    );
    if (inserted.length > 0) return undefined;
    const [row] = await this.sql.query<Row>(
      `SELECT request_digest, lease_until, answer FROM idempotency_keys WHERE ${scoped}`,
      values(scope),
    );
    // Released between the two statements: try again.
    if (!row) return this.begin(scope, requestDigest, times);
    return row.answer
      ? { state: 'done', requestDigest: row.request_digest, answer: row.answer }
      : { state: 'in_flight', requestDigest: row.request_digest, leaseUntil: row.lease_until };
  }

  async takeOver(
    scope: IdempotencyScope,
    { now, leaseUntil }: { readonly now: Date; readonly leaseUntil: Date },
  ): Promise<boolean> {
    const taken = await this.sql.query(
      `UPDATE idempotency_keys SET lease_until = $4
       WHERE ${scoped} AND answer IS NULL AND lease_until <= $5 RETURNING 1`,
      [...values(scope), leaseUntil, now],
    );
    return taken.length > 0;
  }

  async complete(scope: IdempotencyScope, answer: Buffer): Promise<void> {
    await this.sql.query(`UPDATE idempotency_keys SET answer = $4 WHERE ${scoped}`, [
      ...values(scope),
      answer,
    ]);
  }

  async release(scope: IdempotencyScope): Promise<void> {
    await this.sql.query(`DELETE FROM idempotency_keys WHERE ${scoped} AND answer IS NULL`, values(scope));
  }

  async deleteExpired(now: Date): Promise<number> {
    const gone = await this.sql.query('DELETE FROM idempotency_keys WHERE expires_at <= $1 RETURNING 1', [
      now,
    ]);
    return gone.length;
  }
}
