import { uuidv7 } from '@ymera/kernel';
import { createDatabase, type Database, PostgresUnitOfWork } from '@ymera/persistence';
import { testDatabase, type TestDatabase } from '@ymera/testing';
import type { AuditStores } from '../../application/ports';
import { ReadEntries } from '../../application/read-entries';
import { RecordFacts } from '../../application/record-facts';
import type { RecordedFact } from '../../domain/entry';
import { migrations } from './migrations';
import { PostgresEntryStore } from './postgres-entry-store';

const fact = (payload: unknown = { a: 1 }): RecordedFact => ({
  eventId: uuidv7(),
  type: 'registry.agent.registered.v1',
  source: '/ymera/registry',
  subject: 'tester-1',
  aggregateVersion: 1,
  time: new Date('2026-01-01T00:00:00Z'),
  traceId: 'f'.repeat(32),
  payload,
});

describe('the audit log in PostgreSQL', () => {
  let test: TestDatabase;
  let database: Database;
  let record: RecordFacts;
  let read: ReadEntries;

  beforeAll(async () => {
    test = await testDatabase({ service: 'audit', migrations });
    database = await createDatabase({ url: test.url, schema: test.schema, poolSize: 8, migrations });
    const unitOfWork = new PostgresUnitOfWork<AuditStores>(database, { service: 'audit' }, (sql) => ({
      entries: new PostgresEntryStore(sql),
    }));
    record = new RecordFacts(unitOfWork);
    read = new ReadEntries(unitOfWork);
  });

  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  it('gives every fact one place, densely, though several write at once and deliver twice', async () => {
    const batches = Array.from({ length: 12 }, (_, batch) =>
      Array.from({ length: 5 }, (_, n) => fact({ batch, n })),
    );
    await Promise.all([...batches, ...batches.slice(0, 4)].map((batch) => record.execute(batch)));
    const page = await read.page(0, 200);
    expect(page.items.map(({ index }) => index)).toEqual(Array.from({ length: 60 }, (_, index) => index));
    expect(new Set(page.items.map(({ eventId }) => eventId)).size).toBe(60);
    expect(page.nextIndex).toBeNull();
  });

  it('is read a page at a time', async () => {
    const first = await read.page(0, 50);
    expect([first.items.length, first.nextIndex]).toEqual([50, 50]);
    const second = await read.page(first.nextIndex ?? 0, 50);
    expect([second.items.length, second.nextIndex]).toEqual([10, null]);
  });

  it.each(["UPDATE entries SET subject = 'x'", 'DELETE FROM entries', 'TRUNCATE entries'])(
    'refuses %s, also by the service itself and by the administrator',
    async (statement) => {
      await expect(database.sql.query(statement)).rejects.toThrow(/append-only|permission denied/);
      const admin = await createDatabase({
        url: test.adminUrl,
        schema: test.schema,
        poolSize: 1,
        migrations: [],
      });
      await expect(admin.sql.query(statement)).rejects.toThrow(/append-only/);
      await admin.close();
      expect((await read.page(0, 200)).items).toHaveLength(60);
    },
  );
});
