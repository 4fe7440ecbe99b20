import { tryLock, type Query } from './admin';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The time of creation is part of the name, so that leftovers of a killed run can be recognised. */
export const databaseName = (service: string, now: number, random: string): string =>
  `ymera_test_${service}_${now.toString(36)}_${random}`;

/** Databases of runs that were killed more than an hour ago, and templates of earlier days. Never anything else. */
export function isLeftover(database: string, now: number): boolean {
  const test = /^ymera_test_[a-z_]+_([0-9a-z]{8})_[0-9a-f]{8}$/.exec(database);
  if (test?.[1]) return Number.parseInt(test[1], 36) < now - hourMs;
  const template = /^ymera_template_[a-z_]+_[0-9a-f]{12}_(\d{4})(\d{2})(\d{2})(_unfinished)?$/.exec(database);
  if (!template) return false;
  const [, year, month, day] = template;
  return Date.parse(`${year}-${month}-${day}`) < now - 2 * dayMs;
}

/** By one test file at a time; the others need not wait for it. */
export async function dropLeftovers(query: Query): Promise<void> {
  if (!(await tryLock(query, 'leftovers'))) return;
  const databases = await query<{ name: string }>('SELECT datname AS name FROM pg_database');
  for (const { name } of databases)
    if (isLeftover(name, Date.now())) await query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
}
