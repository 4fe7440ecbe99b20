import { Client } from 'pg';
import { requiredEnvironment } from '../required-environment';

export type Query = <Row>(sql: string, params?: readonly unknown[]) => Promise<Row[]>;

/** One connection with the administrator's rights, closed afterwards. Default database: that of the given address. */
export async function asAdmin<R>(
  work: (query: Query) => Promise<R>,
  { adminUrl = requiredEnvironment('YMERA_POSTGRES_URL'), database = '' } = {},
): Promise<R> {
  const client = new Client({
    connectionString: database === '' ? adminUrl : withDatabase(adminUrl, database),
    application_name: 'ymera-testing',
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(async <Row>(sql: string, params: readonly unknown[] = []) => {
      const { rows } = await client.query(sql, [...params]);
      return rows as Row[];
    });
  } finally {
    await client.end();
  }
}

export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

export function withLogin(url: string, role: string, password: string): string {
  const changed = new URL(url);
  changed.username = role;
  changed.password = password;
  return changed.href;
}

/** Held until the connection ends. */
export async function lock(query: Query, name: string): Promise<void> {
  await query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [`ymera ${name}`]);
}

export async function tryLock(query: Query, name: string): Promise<boolean> {
  const [row] = await query<{ locked: boolean }>(
    'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked',
    [`ymera ${name}`],
  );
  return row?.locked ?? false;
}
