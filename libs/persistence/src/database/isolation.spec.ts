import { asAdmin, leakGuard, provisionServiceRoles, testDatabase, type TestDatabase } from '@ymera/testing';
import { Client } from 'pg';
import { messagingMigrations } from '../migrations/messaging-tables';

/** Two services in one database, with real roles. */
describe('a service’s role', () => {
  let place: TestDatabase;
  let registry: Client;
  let audit: Client;

  const connect = async (role: string): Promise<Client> => {
    const url = new URL(place.adminUrl);
    url.username = role;
    url.password = 'isolation-test';
    const client = new Client({ connectionString: url.href });
    await client.connect();
    return client;
  };

  beforeAll(async () => {
    place = await testDatabase({ service: 'registry', migrations: messagingMigrations });
    const passwords = { registry: 'isolation-test', audit: 'isolation-test' };
    // The schema of the template belongs to another role; here both services are made as the launcher makes them.
    await asAdmin((query) => query('DROP SCHEMA registry CASCADE'), { adminUrl: place.adminUrl });
    const options = { rolePrefix: 'ymera_isolation_' };
    const again = [1, 2].map(() => provisionServiceRoles(place.adminUrl, place.database, passwords, options));
    await Promise.all(again);
    [registry, audit] = await Promise.all([
      connect('ymera_isolation_registry'),
      connect('ymera_isolation_audit'),
    ]);
    await audit.query('CREATE TABLE entries AS SELECT 42 AS secret');
    await audit.query('CREATE FUNCTION reveal() RETURNS integer LANGUAGE sql SECURITY DEFINER RETURN 42');
    await audit.query('ANALYZE entries');
  });

  afterAll(async () => {
    await Promise.all([registry, audit].map((client) => client.end()));
    await place.drop();
  });

  it('owns its schema, which is the only one on its search path', async () => {
    await registry.query('CREATE TABLE agents (id integer)');
    const { rows } = await registry.query(
      `SELECT current_schemas(false)::text AS path, 'agents'::regclass::text AS found`,
    );
    expect(rows).toEqual([{ path: '{registry}', found: 'agents' }]);
  });

  it.each([
    ['read another’s table', 'SELECT * FROM audit.entries'],
    ['write another’s table', 'INSERT INTO audit.entries VALUES (1)'],
    ['lock another’s table', 'DO $$ BEGIN LOCK TABLE audit.entries; END $$'],
    ['refer to another’s table', 'CREATE TABLE spy (id integer REFERENCES audit.entries)'],
    ['call another’s function', 'SELECT audit.reveal()'],
    ['create in another’s schema', 'CREATE TABLE audit.mine ()'],
    ['drop another’s schema', 'DROP SCHEMA audit CASCADE'],
    ['create in public', 'CREATE TABLE public.mine ()'],
    ['make a schema of its own', 'CREATE SCHEMA mine'],
    ['make temporary tables', 'CREATE TEMPORARY TABLE mine ()'],
    ['become another', 'SET ROLE ymera_isolation_audit'],
    ['make roles', 'CREATE ROLE ymera_isolation_mine'],
    ['give itself rights', 'ALTER ROLE ymera_isolation_registry BYPASSRLS'],
    ['read the server’s files', `SELECT pg_read_file('postgresql.conf')`],
    ['run programs', `COPY (SELECT 1) TO PROGRAM 'true'`],
    ['read passwords', 'SELECT rolpassword FROM pg_authid'],
    ['see column statistics', 'SELECT * FROM pg_statistic'],
  ])('cannot %s', async (_, statement) => {
    await expect(registry.query(statement)).rejects.toMatchObject({
      code: expect.stringMatching(/^(42501|3F000)$/),
    });
  });

  it('sees neither another’s column values in the statistics nor its statements', async () => {
    await audit.query(`SELECT 'a secret of audit'`);
    expect((await registry.query(`SELECT FROM pg_stats WHERE schemaname = 'audit'`)).rows).toEqual([]);
    const { rows } = await registry.query(
      `SELECT query FROM pg_stat_activity WHERE usename = 'ymera_isolation_audit'`,
    );
    expect(rows).toEqual([{ query: '<insufficient privilege>' }]);
  });

  it('cannot enter a database that was not opened to it', async () => {
    const other = await testDatabase({ service: 'audit', migrations: messagingMigrations });
    const url = new URL(other.adminUrl);
    url.username = 'ymera_isolation_registry';
    url.password = 'isolation-test';
    const client = new Client({ connectionString: url.href });
    await expect(client.connect()).rejects.toMatchObject({ code: '42501' });
    await other.drop();
  });
});

leakGuard();
