import { randomUUID } from 'node:crypto';
import { sha256Hex } from '@ymera/kernel';
import { createDatabase, type Database } from '@ymera/persistence';
import { leakGuard, testDatabase, type TestDatabase } from '@ymera/testing';
import { alertStoreContract } from '../../testing/alert-store.contract';
import { idempotencyStoreContract } from '../../testing/idempotency-store.contract';
import { fact, timelineStoreContract } from '../../testing/timeline-store.contract';
import { migrations } from './migrations';
import { PostgresAlertStore } from './postgres-alert-store';
import { PostgresIdempotencyStore } from './postgres-idempotency-store';
import { PostgresOperatorStore } from './postgres-operator-store';
import { PostgresTimelineStore } from './postgres-timeline-store';

describe('the gateway’s stores on PostgreSQL', () => {
  let server: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    server = await testDatabase({ service: 'gateway', migrations });
    database = await createDatabase({ url: server.url, schema: 'gateway', migrations, poolSize: 10 });
  });
  afterAll(async () => {
    await database.close();
    await server.drop();
  });

  describe('PostgresIdempotencyStore', () => {
    idempotencyStoreContract(() => new PostgresIdempotencyStore(database.sql));
  });

  describe('PostgresAlertStore', () => {
    alertStoreContract(() => new PostgresAlertStore(database.sql));
  });

  describe('PostgresTimelineStore', () => {
    timelineStoreContract(() => new PostgresTimelineStore(database.sql));

    it('makes positions visible in rising order under concurrent writers', async () => {
      const store = new PostgresTimelineStore(database.sql);
      const requestId = randomUUID();
      let isWriting = true;
      const seen: number[] = [];
      const reader = (async () => {
        let position = 0;
        while (isWriting || (await store.read(requestId, position, 1)).length > 0) {
          for (const entry of await store.read(requestId, position, 50)) {
            seen.push(entry.position);
            ({ position } = entry);
          }
        }
      })();
      await Promise.all(
        Array.from({ length: 6 }, async () => {
          for (let batch = 0; batch < 20; batch += 1)
            await store.append([fact(requestId, batch), fact(requestId, batch)]);
        }),
      );
      isWriting = false;
      await reader;
      expect(seen).toHaveLength(6 * 20 * 2);
    });
  });

  describe('PostgresOperatorStore', () => {
    const token = (name: string, secret: string) => ({
      name,
      roles: ['operator' as const],
      tokenSha256: sha256Hex(secret),
    });

    it('replaces the bootstrapped tokens by those of the file, idempotently', async () => {
      const store = new PostgresOperatorStore(database.sql);
      await Promise.all([1, 2].map(() => store.replaceBootstrapped([token('ada', 'a'), token('bob', 'b')])));
      expect(await store.findByToken(sha256Hex('a'))).toEqual(token('ada', 'a'));

      await store.replaceBootstrapped([{ ...token('ada', 'a'), roles: ['admin', 'viewer'] }]);
      expect((await store.findByToken(sha256Hex('a')))?.roles).toEqual(['admin', 'viewer']);
      expect(await store.findByToken(sha256Hex('b'))).toBeUndefined();

      await store.replaceBootstrapped([token('bob', 'b')]);
      expect((await store.findByToken(sha256Hex('b')))?.name).toBe('bob');
    });

    it('keeps a token that does not come from the file', async () => {
      const store = new PostgresOperatorStore(database.sql);
      await database.sql.query(
        `INSERT INTO operator_tokens (token_sha256, name, roles, is_bootstrapped) VALUES ($1, 'eve', '{viewer}', false)`,
        [sha256Hex('e')],
      );
      await store.replaceBootstrapped([{ ...token('mallory', 'e'), roles: ['admin'] }]);
      expect(await store.findByToken(sha256Hex('e'))).toMatchObject({ name: 'eve', roles: ['viewer'] });
      await store.replaceBootstrapped([]);
      expect(await store.findByToken(sha256Hex('e'))).toMatchObject({ name: 'eve' });
    });
  });

  it('migrates down and up again', async () => {
    await database.migrateDown(3);
    await database.migrateUp();
    expect(await new PostgresTimelineStore(database.sql).newestPosition()).toBe(0);
  });
});
leakGuard();
