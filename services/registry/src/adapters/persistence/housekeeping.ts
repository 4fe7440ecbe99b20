import type { SqlExecutor } from '@ymera/persistence';

/** How long a spent or expired enrolment token is remembered, for those who ask what became of it. */
const enrolmentsKept = '7 days';

/** Removes what has expired; may run on every instance at any time. */
export async function removeExpired(sql: SqlExecutor, now: Date): Promise<void> {
  await sql.query('DELETE FROM idempotent_answers WHERE expires_at <= $1', [now]);
  await sql.query(
    `DELETE FROM enrolments WHERE expires_at <= $1::timestamptz - interval '${enrolmentsKept}'`,
    [now],
  );
}
