import { createDatabase, PostgresUnitOfWork, type Database } from '@ymera/persistence';
import { leakGuard, testDatabase, type TestDatabase } from '@ymera/testing';
import { noteVerifier, verifyLog } from '@ymera/transparency';
import { RecordEntries } from '../../application/record-entries';
import { SignCheckpoint } from '../../application/sign-checkpoint';
import { auditedEvent, auditLogContract } from '../../testing/audit-log.contract';
import { signer, sourceOf } from '../../testing/log-source';
import { migrations } from './migrations';
import { PostgresEntryLog } from './postgres-entry-log';
import { PostgresLogReader } from './postgres-log-reader';
import { PostgresCheckpointLog } from './postgres-tree';

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
      checkpoints: new PostgresCheckpointLog(sql),
    })),
    reader: new PostgresLogReader(database.sql),
  });
  auditLogContract(parts);

  it('assigns indices without gaps under concurrent writers, and readers never see a gap', async () => {
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

  const rights = ['UPDATE', 'DELETE', 'TRUNCATE'] as const;
  const statementOf = {
    UPDATE: (table: string) => `UPDATE ${table} SET ${columnOf[table]} = ${columnOf[table]}`,
    DELETE: (table: string) => `DELETE FROM ${table}`,
    TRUNCATE: (table: string) => `TRUNCATE ${table}`,
  };
  const columnOf: Record<string, string> = { entries: 'type', tree_nodes: 'hash', checkpoints: 'note' };

  it.each(Object.keys(columnOf).flatMap((table) => rights.map((right) => [right, table] as const)))(
    'rejects %s of %s by the service and by a role with the privilege',
    async (right, table) => {
      const statement = statementOf[right](table);
      await expect(database.sql.query(statement)).rejects.toThrow('permission denied');
      await database.sql.query(`GRANT ${right} ON ${table} TO CURRENT_USER`);
      await expect(database.sql.query(statement)).rejects.toThrow('append-only');
      await database.sql.query(`REVOKE ${right} ON ${table} FROM CURRENT_USER`);
    },
  );

  it('builds the tree over older entries when migrated up, and keeps all entries when migrated down', async () => {
    const { reader, unitOfWork } = parts();
    const entries = await reader.read(0, 100_000);
    expect(entries.length).toBeGreaterThan(100);
    await database.migrateDown(1);
    await database.migrateUp();
    await new SignCheckpoint(unitOfWork, signer).execute();
    expect(await verifyLog(sourceOf(reader), { verifier: noteVerifier(signer.verifierKey) })).toMatchObject({
      valid: true,
      size: entries.length,
    });
    await new RecordEntries(unitOfWork).execute([auditedEvent(1)]);
    await database.migrateDown(2);
    await database.migrateUp();
    expect(await reader.read(0, 1)).toEqual([]);
  });
});
leakGuard();
