import { randomBytes } from 'node:crypto';
import { silentLogger } from '@ymera/kernel';
import { testDatabase, type TestDatabase } from '@ymera/testing';
import { createDatabase } from '../database/create-database';
import type { Database } from '../database/database';
import { messagingMigrations } from '../migrations/messaging-tables';
import { loadOriginKeys } from './origin-keys';

describe('loadOriginKeys', () => {
  let place: TestDatabase;
  let database: Database;
  const create = (): Buffer => randomBytes(32);

  beforeAll(async () => {
    place = await testDatabase({ service: 'registry', migrations: messagingMigrations });
    database = await createDatabase({
      ...place,
      migrations: messagingMigrations,
      poolSize: 4,
      logger: silentLogger,
    });
  });
  afterAll(async () => {
    await database.close();
    await place.drop();
  });

  it('gives all instances of a service the same key, also those that start together', async () => {
    const loaded = await Promise.all([1, 2, 3].map(() => loadOriginKeys(database.sql, create)));
    expect(new Set(loaded.map(([newest]) => newest.toString('hex'))).size).toBe(1);
    expect(await loadOriginKeys(database.sql, create)).toEqual(loaded[0]);
  });

  it('gives the newest key first, and older ones behind it', async () => {
    const [older] = await loadOriginKeys(database.sql, create);
    const newer = create();
    await database.sql.query('INSERT INTO origin_keys (version, key) VALUES (2, $1)', [newer]);
    expect(await loadOriginKeys(database.sql, create)).toEqual([newer, older]);
  });
});
