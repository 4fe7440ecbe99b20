import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { asAdmin, eventually, leakGuard, SeverableRoute } from '@ymera/testing';
import { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import { messagingMigrations } from '../migrations/messaging-tables';
import { counterMigrations } from '../testing/counter-store';
import { counterService, type CounterService } from '../testing/counter-service';
import { createDatabase } from './create-database';
import { Database } from './database';
import { asFailure } from './database-failure';

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

  it.each([
    ['NUL in text', 'SELECT $1::text', 'a\0'],
    ['NUL in JSON', 'SELECT $1::jsonb', '{"a":"\\u0000"}'],
  ])('refuses %s as a fault of the input, which is not tried again', async (_what, statement, text) => {
    const refused = service.database.sql.query(statement, [text]);
    await expect(refused).rejects.toMatchObject({
      failure: { kind: 'validation', code: 'text_invalid', retryable: false },
    });
  });

  it('waits for a server that is not there yet, a bounded time', async () => {
    const at = performance.now();
    await expect(connect('postgresql://unknown@127.0.0.1:9/nothing', 3)).rejects.toMatchObject({
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

describe('a server that vanishes without a word', () => {
  let service: CounterService;
  let route: SeverableRoute;
  let database: Database;
  beforeEach(async () => {
    service = await counterService();
    route = await SeverableRoute.to(service.url);
    database = await service.connect({ url: route.url, statementTimeoutMs: 500 });
  });
  afterEach(async () => {
    await database.close();
    await route.close();
    await service.end();
  });

  it('holds no statement and no transaction for ever, and gets other connections when it is back', async () => {
    const { sql } = database;
    // Four connections, each open before the way is cut off.
    await Promise.all([1, 2, 3, 4].map(() => sql.query('SELECT pg_sleep(0.2)')));
    const work = service.unitOfWork({}, database);
    let state = 'before';
    const inside = work.run(async (tx) => {
      await tx.counters.add('vanished');
      state = 'inside';
      await eventually(() => expect(state).toBe('cut off'));
      await tx.counters.add('vanished');
    });
    await eventually(() => expect(state).toBe('inside'));
    route.hang();
    state = 'cut off';
    const began = performance.now();
    const asked = [
      inside,
      work.run(async () => undefined),
      database
        .withConnection((client) => client.query('SELECT 1'))
        .catch((error: unknown) => {
          throw asFailure(error);
        }),
      sql.query('SELECT 1'),
    ];
    for (const outcome of await Promise.allSettled(asked))
      expect(outcome).toMatchObject({ reason: { failure: { code: 'database_unavailable' } } });
    expect(performance.now() - began).toBeLessThan(10_000);
    route.restore();
    expect(await work.run((tx) => tx.counters.add('back'))).toBe(1);
    expect(await service.counters.value('vanished')).toBe(0);
  });
});

describe('a connection', () => {
  let server: Server;
  let pool: Pool;
  afterEach(async () => {
    await pool.end();
    await new Promise((resolve) => server.close(resolve));
  });

  const message = (type: string, body: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(body.length + 4);
    return Buffer.concat([Buffer.from(type), length, body]);
  };
  /** What opens a session. */
  const opening = Buffer.concat([message('R', Buffer.alloc(4)), message('Z', Buffer.from('I'))]);
  const fatal = message(
    'E',
    Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'),
  );

  /** A database at a server that takes part only as far as the test says. */
  async function databaseAt(serve: (socket: Socket) => void): Promise<Database> {
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => serve(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    pool = new Pool({
      host: '127.0.0.1',
      port,
      user: 'registry',
      database: 'registry',
      query_timeout: 100,
    });
    return new Database({} as DataSource, pool, 'registry');
  }

  it('that is closed right after it opened fails its caller, and not the process', async () => {
    const database = await databaseAt((socket) => socket.end(Buffer.concat([opening, fatal])));
    await expect(database.withConnection((client) => client.query('SELECT 1'))).rejects.toThrow(
      'Client has encountered a connection error',
    );
    expect(pool.totalCount).toBe(0);
  });

  it('that does not answer is closed, though it is not inside a transaction', async () => {
    const database = await databaseAt((socket) => socket.write(opening));
    await expect(database.withConnection((client) => client.query('BEGIN'))).rejects.toThrow(
      'Query read timeout',
    );
    expect(pool.totalCount).toBe(0);
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
    expect(await tables()).toEqual(['counters', 'inbox', 'migrations', 'origin_keys', 'outbox']);
    await service.database.migrateDown(counterMigrations.length);
    expect(await tables()).toEqual(['migrations']);
    await service.database.migrateUp();
    expect(await tables()).toEqual(['counters', 'inbox', 'migrations', 'origin_keys', 'outbox']);
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

  it('may take longer than any other statement', async () => {
    class Slow1700000000003 {
      async up(runner: { query(sql: string): Promise<unknown> }): Promise<void> {
        await runner.query('SELECT pg_sleep(6)');
      }

      async down(): Promise<void> {}
    }
    const database = await service.connect({
      migrations: [...counterMigrations, Slow1700000000003],
      statementTimeoutMs: 500,
    });
    await expect(database.migrateUp()).resolves.toBeUndefined();
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
