import { DataSource } from 'typeorm';
import { asAdmin, lock, withDatabase, withLogin, type Query } from './admin';
import { migrationDigest, type MigrationClass } from './migration-digest';
import { ensureRole, grantSchemas, type ServiceRole } from './provision-service-roles';

/** Templates hold the inbox partitions of the day of their creation, so each day has its own. */
const today = (): string => new Date().toISOString().slice(0, 10).replaceAll('-', '');

async function exists(query: Query, database: string): Promise<boolean> {
  return (await query('SELECT FROM pg_database WHERE datname = $1', [database])).length > 0;
}

async function migrate(url: string, schema: string, migrations: readonly MigrationClass[]): Promise<void> {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    schema,
    applicationName: 'ymera-testing',
    migrations: [...migrations],
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    installExtensions: false,
    extra: { options: `-c search_path=${schema}`, max: 1 },
  });
  await dataSource.initialize();
  try {
    await dataSource.runMigrations();
  } finally {
    await dataSource.destroy();
  }
}

/**
 * A database that is migrated once per service, set of migrations and day, and accepts no connections afterwards,
 * because PostgreSQL copies only a database without users.
 */
export async function ensureTemplate(
  adminUrl: string,
  role: ServiceRole,
  migrations: readonly MigrationClass[],
): Promise<string> {
  const template = `ymera_template_${role.schema}_${await migrationDigest(migrations)}_${today()}`;
  await asAdmin(
    async (query) => {
      await ensureRole(query, role);
      if (await exists(query, template)) return;
      await lock(query, template);
      if (await exists(query, template)) return;
      const unfinished = `${template}_unfinished`;
      await query(`DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`);
      await query(`CREATE DATABASE ${unfinished} TEMPLATE template0`);
      await grantSchemas(adminUrl, unfinished, [role]);
      await migrate(
        withLogin(withDatabase(adminUrl, unfinished), role.role, role.password),
        role.schema,
        migrations,
      );
      await query(`ALTER DATABASE ${unfinished} WITH ALLOW_CONNECTIONS false`);
      // Only a finished template gets the name that other runs look for.
      await query(`ALTER DATABASE ${unfinished} RENAME TO ${template}`);
    },
    { adminUrl },
  );
  return template;
}
