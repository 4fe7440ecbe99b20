import { randomBytes } from 'node:crypto';
import type { ServiceName } from '@ymera/contracts';
import { requiredEnvironment } from '../required-environment';
import { eventually } from '../eventually';
import { asAdmin, withDatabase, withLogin, type Query } from './admin';
import { databaseName, dropLeftovers } from './leftovers';
import type { MigrationClass } from './migration-digest';
import { accessTo, type ServiceRole } from './provision-service-roles';
import { ensureTemplate } from './template';

export interface TestDatabase {
  /** With the service's own role. */
  readonly url: string;
  /** The same database with the administrator's rights, to break or inspect it. */
  readonly adminUrl: string;
  readonly database: string;
  readonly schema: string;
  /** Fails when the test left connections open; the database is dropped either way. */
  drop(): Promise<void>;
}

const roleOf = (service: ServiceName): ServiceRole => ({
  role: `ymera_test_${service}`,
  schema: service,
  password: 'ymera-test',
});

const openConnections = (query: Query, database: string) =>
  query<{ application_name: string }>('SELECT application_name FROM pg_stat_activity WHERE datname = $1', [
    database,
  ]);

async function dropDatabase(adminUrl: string, database: string): Promise<void> {
  await asAdmin(
    async (query) => {
      try {
        await eventually(
          async () => {
            const open = await openConnections(query, database);
            if (open.length > 0)
              throw new Error(
                `${open.length} connections were left open by ${[...new Set(open.map((one) => one.application_name))].join(', ')}`,
              );
          },
          { timeoutMs: 1000 },
        );
      } finally {
        await query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
      }
    },
    { adminUrl },
  );
}

/**
 * A database for one test file, migrated by `migrations` with the rights of the service in production, in about a tenth
 * of a second: it is a copy of a template.
 */
export async function testDatabase({
  service,
  migrations,
}: {
  readonly service: ServiceName;
  readonly migrations: readonly MigrationClass[];
}): Promise<TestDatabase> {
  const adminUrl = requiredEnvironment('YMERA_POSTGRES_URL');
  const role = roleOf(service);
  const template = await ensureTemplate(adminUrl, role, migrations);
  const database = databaseName(service, Date.now(), randomBytes(4).toString('hex'));
  await asAdmin(
    async (query) => {
      await dropLeftovers(query);
      await query(`CREATE DATABASE ${database} TEMPLATE ${template}`);
      for (const statement of accessTo(database, [role])) await query(statement);
    },
    { adminUrl },
  );
  const url = withDatabase(adminUrl, database);
  return {
    url: withLogin(url, role.role, role.password),
    adminUrl: url,
    database,
    schema: role.schema,
    drop: () => dropDatabase(adminUrl, database),
  };
}
