import type { SqlExecutor } from '@ymera/persistence';

/** Retention of spent and expired enrolment tokens, for later inquiries. */
const enrolmentsKept = '7 days';

/** Deletes expired rows; may run on every instance at any time. */
export async function removeExpired(sql: SqlExecutor, now: Date): Promise<void> {
  await sql.query('DELETE FROM idempotent_answers WHERE expires_at <= $1', [now]);
  await sql.query(
    `DELETE FROM enrolments WHERE expires_at <= $1::timestamptz - interval '${enrolmentsKept}'`,
    [now],
  );
}
