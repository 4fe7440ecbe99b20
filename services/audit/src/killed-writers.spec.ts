import { createDatabase, PostgresUnitOfWork, type Database } from '@ymera/persistence';
import { eventually, leakGuard, testDatabase, type TestDatabase } from '@ymera/testing';
import { noteVerifier, verifyLog } from '@ymera/transparency';
import { migrations } from './adapters/persistence/migrations';
import { PostgresEntryLog } from './adapters/persistence/postgres-entry-log';
import { PostgresLogReader } from './adapters/persistence/postgres-log-reader';
import { PostgresCheckpointLog } from './adapters/persistence/postgres-tree';
import { RecordEntries } from './application/record-entries';
import { SignCheckpoint } from './application/sign-checkpoint';
import { auditedEvent } from './testing/audit-log.contract';
import { signer, sourceOf } from './testing/log-source';

const size = 45;

describe('writers of the audit log whose sessions are killed', () => {
  let server: TestDatabase;
  let service: Database;
  let owner: Database;
  let unitOfWork: PostgresUnitOfWork<{ log: PostgresEntryLog; checkpoints: PostgresCheckpointLog }>;
  let newest: string;

  beforeAll(async () => {
    server = await testDatabase({ service: 'audit', migrations });
    service = await createDatabase({ url: server.url, schema: 'audit', migrations, poolSize: 3 });
    owner = await createDatabase({ url: server.adminUrl, schema: 'audit', migrations: [], poolSize: 2 });
    unitOfWork = new PostgresUnitOfWork(service, { service: 'audit' }, (sql) => ({
      log: new PostgresEntryLog(sql),
      checkpoints: new PostgresCheckpointLog(sql),
    }));
    const entries = Array.from({ length: size }, (_, number) => auditedEvent(number));
    await new RecordEntries(unitOfWork).execute(entries);
    await new SignCheckpoint(unitOfWork, signer).execute();
    newest = (await new PostgresLogReader(service.sql).newestCheckpoint()) ?? '';
  });
  afterAll(async () => {
    await owner?.close();
    await service?.close();
    await server?.drop();
  });

  it('leave a dense log without a fork, with each fact once, at whatever moment they are killed', async () => {
    const facts = Array.from({ length: 300 }, (_, number) => auditedEvent(number));
    let killed = 0;
    /** After so many round trips, so that it comes at another moment each time. */
    const killSoon = async (trips: number): Promise<void> => {
      for (let trip = 0; trip < trips; trip += 1) await owner.sql.query('SELECT');
      const ended = await owner.sql.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND usename <> current_user AND state <> 'idle'`,
      );
      killed += ended.length;
    };
    /** As the broker does: what was not acknowledged comes again, also when it had been committed. */
    const write = async (batch: typeof facts, trips: number): Promise<void> => {
      const record = () => new RecordEntries(unitOfWork).execute(batch);
      await Promise.allSettled([record(), killSoon(trips)]);
      await eventually(record);
    };
    await Promise.all(
      [0, 1].map(async (writer) => {
        for (let at = 0; at < facts.length; at += 10) {
          await write(facts.slice(at, at + 10), (at / 10 + writer * 3) % 8);
          await eventually(() => new SignCheckpoint(unitOfWork, signer).execute());
        }
      }),
    );
    expect(killed).toBeGreaterThan(10);
    await new SignCheckpoint(unitOfWork, signer).execute();
    expect(
      await verifyLog(sourceOf(new PostgresLogReader(service.sql)), {
        verifier: noteVerifier(signer.verifierKey),
        remembered: newest,
      }),
    ).toMatchObject({ valid: true, size: size + facts.length });
  }, 60_000);
});
leakGuard();
