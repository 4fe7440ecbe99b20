import type { SqlExecutor } from '../database/sql-executor';

/**
 * The keys of a service, the newest first; `create` makes the first one. All instances have the same: whichever stores one
 * first, the others read it.
 */
export async function loadOriginKeys(
  sql: SqlExecutor,
  create: () => Buffer,
): Promise<readonly [Buffer, ...Buffer[]]> {
  await sql.query(`INSERT INTO origin_keys (version, key) VALUES (1, $1) ON CONFLICT (version) DO NOTHING`, [
    create(),
  ]);
  const rows = await sql.query<{ key: Buffer }>(`SELECT key FROM origin_keys ORDER BY version DESC LIMIT 4`);
  const [newest, ...older] = rows.map(({ key }) => key);
  if (newest === undefined) throw new Error('origin_keys is empty');
  return [newest, ...older];
}
