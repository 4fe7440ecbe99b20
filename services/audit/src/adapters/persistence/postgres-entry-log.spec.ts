import { createDatabase, PostgresUnitOfWork, type Database } from '@ymera/persistence';
import { leakGuard, testDatabase, type TestDatabase } from '@ymera/testing';
import { RecordEntries } from '../../application/record-entries';
import { auditedEvent, auditLogContract } from '../../testing/audit-log.contract';
import { migrations } from './migrations';
import { PostgresEntryLog, PostgresEntryReader } from './postgres-entry-log';

describe('the audit log on PostgreSQL', () => {
  let server: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    server = await testDatabase({ service: 'audit', migrations });
    database = await createDatabase({ url: server.url, schema: 'audit', migrations, poolSize: 10 });
  });
  afterAll(async () => {
    await database.close();
    await server.drop();
  });

  const parts = () => ({
    unitOfWork: new PostgresUnitOfWork(database, { service: 'audit' }, (sql) => ({
      log: new PostgresEntryLog(sql),
    })),
    reader: new PostgresEntryReader(database.sql),
  });
  auditLogContract(parts);

  it('stays dense with many writers, and a reader never sees a gap', async () => {
    const { unitOfWork, reader } = parts();
    const recorder = new RecordEntries(unitOfWork);
    const begin = (await reader.read(0, 100_000)).length;
    let isWriting = true;
    const watching = (async () => {
      let next = begin;
      while (isWriting || (await reader.read(next, 1)).length > 0)
        for (const { index } of await reader.read(next, 100)) {
          expect(index).toBe(next);
          next += 1;
        }
      return next;
    })();
    const shared = Array.from({ length: 50 }, (_, number) => auditedEvent(number));
    await Promise.all(
      Array.from({ length: 6 }, async (_, writer) => {
        for (let batch = 0; batch < 10; batch += 1)
          await recorder.execute([
            ...shared.slice(batch, batch + 5),
            auditedEvent(writer),
            auditedEvent(writer),
          ]);
      }),
    );
    isWriting = false;
    expect(await watching).toBe(begin + 14 + 6 * 10 * 2);
  });

  it.each([
    ['UPDATE', `UPDATE entries SET type = 'other'`],
    ['DELETE', 'DELETE FROM entries'],
    ['TRUNCATE', 'TRUNCATE entries'],
  ])('refuses %s to the service, and to whoever has the right', async (right, statement) => {
    await expect(database.sql.query(statement)).rejects.toThrow('permission denied');
    await database.sql.query(`GRANT ${right} ON entries TO CURRENT_USER`);
    await expect(database.sql.query(statement)).rejects.toThrow('append-only');
    await database.sql.query(`REVOKE ${right} ON entries FROM CURRENT_USER`);
  });

  it('migrates down and up again', async () => {
    await database.migrateDown(1);
    await database.migrateUp();
    expect(await parts().reader.read(0, 1)).toEqual([]);
  });
});
leakGuard();
