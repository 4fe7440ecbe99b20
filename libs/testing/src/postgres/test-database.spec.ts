import { Client } from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { asAdmin } from './admin';
import { databaseName, isLeftover } from './leftovers';
import { migrationDigest } from './migration-digest';
import { testDatabase } from './test-database';

class Things1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE things (id integer PRIMARY KEY)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE things');
  }
}

const things = { service: 'audit', migrations: [Things1700000000001] } as const;

async function connected(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, application_name: 'forgetful' });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

describe('testDatabase', () => {
  it('gives each caller a migrated database of its own, with the service’s role', async () => {
    const [one, other] = await Promise.all([testDatabase(things), testDatabase(things)]);
    const client = await connected(one.url);
    await client.query('INSERT INTO things VALUES (1)');
    expect((await client.query('SELECT current_user, current_schema')).rows).toEqual([
      { current_user: 'ymera_test_audit', current_schema: 'audit' },
    ]);
    await client.end();
    const neighbour = await connected(other.url);
    expect((await neighbour.query('SELECT * FROM things')).rows).toEqual([]);
    await neighbour.end();
    await Promise.all([one.drop(), other.drop()]);
    const left = await asAdmin((query) =>
      query('SELECT FROM pg_database WHERE datname = ANY ($1)', [[one.database, other.database]]),
    );
    expect(left).toHaveLength(0);
  });

  it('fails a test that leaves a connection open, and drops the database all the same', async () => {
    const database = await testDatabase(things);
    const forgotten = await connected(database.url);
    await expect(database.drop()).rejects.toThrow('1 connections were left open by forgetful');
    await expect(forgotten.query('SELECT 1')).rejects.toThrow();
    await forgotten.end().catch(() => undefined);
    await expect(connected(database.url)).rejects.toThrow('does not exist');
  });

  it('fails with an instruction when no server is given', async () => {
    const given = process.env['YMERA_POSTGRES_URL'];
    delete process.env['YMERA_POSTGRES_URL'];
    await expect(testDatabase(things)).rejects.toThrow(
      'YMERA_POSTGRES_URL is not set: run the tests with `npm test`',
    );
    process.env['YMERA_POSTGRES_URL'] = given;
  });
});

describe('migrationDigest', () => {
  it('changes with any statement, also one outside of the class', async () => {
    const with_ = (statement: string) =>
      class Same1700000000002 implements MigrationInterface {
        async up(runner: QueryRunner): Promise<void> {
          await runner.query(statement);
        }

        async down(): Promise<void> {}
      };
    expect(await migrationDigest([with_('a')])).toBe(await migrationDigest([with_('a')]));
    expect(await migrationDigest([with_('a')])).not.toBe(await migrationDigest([with_('b')]));
  });
});

describe('isLeftover', () => {
  const now = Date.parse('2026-05-10T12:00:00Z');

  it.each([
    ['a test database of two hours ago', databaseName('audit', now - 7_200_000, '0123abcd'), true],
    ['a test database of now', databaseName('audit', now, '0123abcd'), false],
    ['a template of last week', 'ymera_template_audit_0123456789ab_20260503', true],
    ['today’s template', 'ymera_template_audit_0123456789ab_20260510', false],
    ['an unfinished template of last week', 'ymera_template_audit_0123456789ab_20260503_unfinished', true],
    ['the platform’s database', 'ymera', false],
    ['another database', 'ymera_test_mine', false],
  ])('%s', (_, name, expected) => {
    expect(isLeftover(name, now)).toBe(expected);
  });
});
