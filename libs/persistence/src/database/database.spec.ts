import { createServer, type AddressInfo, type Server } from 'node:net';
import { asAdmin, leakGuard } from '@ymera/testing';
import { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import { messagingMigrations } from '../migrations/messaging-tables';
import { counterMigrations } from '../testing/counter-store';
import { counterService, type CounterService } from '../testing/scene';
import { createDatabase } from './create-database';
import { Database } from './database';

describe('createDatabase', () => {
  let service: CounterService;
  beforeAll(async () => {
    service = await counterService();
  });
  afterAll(() => service.end());

  const connect = (url: string, connectAttempts = 2) =>
    createDatabase({ url, schema: 'registry', migrations: [], connectAttempts, connectTimeoutMs: 500 });

  it('gives sessions the schema, a name and limits of their own', async () => {
    const settings = ['search_path', 'application_name', 'statement_timeout', 'lock_timeout'];
    const [row] = await service.database.sql.query(
      `SELECT ${[...settings, 'idle_in_transaction_session_timeout'].map((name) => `current_setting('${name}') AS ${name}`).join(', ')}`,
    );
    expect(row).toEqual({
      search_path: 'registry',
      application_name: 'ymera-registry',
      statement_timeout: '30s',
      lock_timeout: '10s',
      idle_in_transaction_session_timeout: '30s',
    });
  });

  it('reads bigints as numbers and dates as text, and refuses a number that would lose digits', async () => {
    const [row] = await service.database.sql.query(
      `SELECT 9007199254740991::bigint AS big, count(*) AS none, date '2026-01-01' AS day FROM counters WHERE false`,
    );
    expect(row).toEqual({ big: 9007199254740991, none: 0, day: '2026-01-01' });
    await expect(service.database.sql.query('SELECT 9007199254740993::bigint')).rejects.toThrow(
      'does not fit',
    );
  });

  it('waits for a server that is not there yet, a bounded time', async () => {
    const at = performance.now();
    await expect(connect('postgresql://nobody@127.0.0.1:9/nothing', 3)).rejects.toMatchObject({
      failure: { kind: 'unavailable', code: 'database_unavailable' },
    });
    expect(performance.now() - at).toBeGreaterThan(500);
  });

  it('fails at once for a database that does not exist', async () => {
    const elsewhere = new URL(service.url);
    elsewhere.pathname = '/no_such_database';
    await expect(connect(elsewhere.href, 10)).rejects.toMatchObject({ code: '3D000' });
  });

  it('keeps serving after the server has ended all of its idle connections', async () => {
    await Promise.all(Array.from({ length: 5 }, () => service.database.sql.query('SELECT pg_sleep(0.05)')));
    await service.killSessions(`state = 'idle'`);
    await expect(
      (async () => {
        for (let attempt = 0; attempt < 20; attempt += 1)
          if (await service.database.isHealthy()) return 'healthy';
        return 'unhealthy';
      })(),
    ).resolves.toBe('healthy');
  });

  it('says that it is unhealthy when nothing answers', async () => {
    const database = await service.connect();
    await database.close();
    expect(await database.isHealthy()).toBe(false);
    await expect(database.sql.query('SELECT 1')).rejects.toMatchObject({
      failure: { code: 'database_unavailable' },
    });
  });
});

describe('a connection', () => {
  /** A server that ends every session with the very bytes that open it. */
  async function endingServer(): Promise<Server> {
    const message = (type: string, body: Buffer): Buffer => {
      const length = Buffer.alloc(4);
      length.writeInt32BE(body.length + 4);
      return Buffer.concat([Buffer.from(type), length, body]);
    };
    const fatal = 'SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0';
    const opening = [message('R', Buffer.alloc(4)), message('Z', Buffer.from('I'))];
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(Buffer.concat([...opening, message('E', Buffer.from(fatal))])));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  it('that is ended the moment it is opened fails whoever asked for it, and not the process', async () => {
    const server = await endingServer();
    const { port } = server.address() as AddressInfo;
    const pool = new Pool({ host: '127.0.0.1', port, user: 'registry', database: 'registry' });
    const database = new Database({} as DataSource, pool, 'registry');
    await expect(database.withConnection((client) => client.query('SELECT 1'))).rejects.toThrow(
      'Client has encountered a connection error',
    );
    expect(pool.totalCount).toBe(0);
    await pool.end();
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('migrations', () => {
  let service: CounterService;
  beforeEach(async () => {
    service = await counterService();
  });
  afterEach(() => service.end());

  const tables = async (): Promise<string[]> =>
    (
      await service.database.sql.query<{ name: string }>(
        `SELECT relname AS name FROM pg_class
         WHERE relnamespace = 'registry'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1`,
      )
    ).map(({ name }) => name);

  it('go down to nothing and up again, in the service’s own schema', async () => {
    expect(await tables()).toEqual(['counters', 'inbox', 'migrations', 'outbox']);
    await service.database.migrateDown(counterMigrations.length);
    expect(await tables()).toEqual(['migrations']);
    await service.database.migrateUp();
    expect(await tables()).toEqual(['counters', 'inbox', 'migrations', 'outbox']);
    const elsewhere = await asAdmin(
      (query) => query(`SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace`),
      { adminUrl: service.adminUrl },
    );
    expect(elsewhere).toHaveLength(0);
  });

  it('run once when replicas start together', async () => {
    await service.database.migrateDown(counterMigrations.length);
    const replicas = await Promise.all([1, 2, 3].map(() => service.connect({ poolSize: 1 })));
    await Promise.all(replicas.map((replica) => replica.migrateUp()));
    const applied = await service.database.sql.query('SELECT name FROM migrations');
    expect(applied).toHaveLength(counterMigrations.length);
    await Promise.all(replicas.map((replica) => replica.close()));
  });

  it('leave a session’s limits as they were', async () => {
    const database = await service.connect({ poolSize: 1 });
    await database.migrateUp();
    expect(await database.sql.query(`SELECT current_setting('statement_timeout') AS limit`)).toEqual([
      { limit: '30s' },
    ]);
    expect(
      await database.sql.query('SELECT FROM pg_locks WHERE locktype = $1 AND pid = pg_backend_pid()', [
        'advisory',
      ]),
    ).toEqual([]);
    await database.close();
  });

  it('change nothing when one of them fails', async () => {
    class Broken1700000000002 {
      async up(runner: { query(sql: string): Promise<unknown> }): Promise<void> {
        await runner.query('CREATE TABLE half_done ()');
        await runner.query('SELECT 1 / 0');
      }

      async down(): Promise<void> {}
    }
    const database = await service.connect({ migrations: [...messagingMigrations, Broken1700000000002] });
    await expect(database.migrateUp()).rejects.toThrow('division by zero');
    expect(await tables()).not.toContain('half_done');
    await database.close();
  });
});

leakGuard();
