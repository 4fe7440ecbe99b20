import { deadLetterRecorded, deadLetterReplayed, workflowCompleted } from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import { createDatabase, PostgresUnitOfWork, type Database } from '@ymera/persistence';
import { FakeClock, leakGuard, testDatabase, type TestDatabase } from '@ymera/testing';
import { migrations } from '../adapters/persistence/migrations';
import { postgresDeadLetterStores } from './adapters/persistence/postgres-dead-letter-store';
import { DeleteOldDeadLetters } from './application/delete-old-dead-letters';
import { PublishDeadLetters } from './application/publish-dead-letters';
import { ReadDeadLetters } from './application/read-dead-letters';
import { RecordDeadLetter, type DeadMessage } from './application/record-dead-letter';
import { ReplayDeadLetter } from './application/replay-dead-letter';

const periodMs = 60_000;
const dayMs = 86_400_000;
const redaction = { value: (one: unknown) => one, text: (one: string) => one };
const metrics = { died: () => undefined, replayed: () => undefined, waiting: () => undefined };

interface Fact {
  readonly type: string;
  readonly data: { readonly dead_letter_id: string; readonly cause?: Readonly<Record<string, unknown>> };
}

/** Real: PostgreSQL. */
describe('facts about dead letters', () => {
  let test: TestDatabase;
  let database: Database;
  let clock: FakeClock;
  let publishing: PublishDeadLetters;
  let recording: RecordDeadLetter;
  let replaying: ReplayDeadLetter;
  let unitOfWork: PostgresUnitOfWork<ReturnType<typeof postgresDeadLetterStores>>;

  beforeAll(async () => {
    test = await testDatabase({ service: 'orchestrator', migrations });
    database = await createDatabase({ ...test, migrations: [], poolSize: 4 });
    unitOfWork = new PostgresUnitOfWork(database, { service: 'orchestrator' }, postgresDeadLetterStores);
  });
  beforeEach(async () => {
    await database.sql.query(`TRUNCATE dead_letters, dead_letter_causes, outbox`);
    clock = new FakeClock(new Date().toISOString());
    const newId = () => uuidv7();
    const shared = { unitOfWork, redaction, metrics, clock, newId };
    publishing = new PublishDeadLetters({ unitOfWork, clock, periodMs, keptMs: 30 * dayMs });
    recording = new RecordDeadLetter({ ...shared, publishing, maxLetters: 10_000 });
    const retentionMs = 7 * dayMs;
    const reading = new ReadDeadLetters({ ...shared, retentionMs });
    const senderHeader = 'x-sender';
    replaying = new ReplayDeadLetter({ ...shared, publishing, reading, retentionMs, senderHeader });
  });
  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  const deadMessage = (type: string = workflowCompleted.key, code = 'payload_invalid'): DeadMessage => ({
    vhost: 'services',
    owner: 'coordinator',
    queue: 'coordinator.events',
    messageId: uuidv7(),
    type,
    principalId: undefined,
    origin: { sender: 'svc-orchestrator', headers: {}, isAuthenticated: true },
    code,
    reason: 'It is malformed.',
    traceparent: undefined,
    diedAt: clock.now(),
    body: Buffer.from(uuidv7()),
  });
  const malformed = (type?: string, code?: string): Promise<void> =>
    recording.execute(deadMessage(type, code));
  const facts = async (): Promise<readonly Fact[]> => {
    const rows = await database.sql.query<{ type: string; body: string }>(
      `SELECT type, convert_from(body, 'utf8') AS body FROM outbox WHERE kind = 'event' ORDER BY id`,
    );
    return rows.map(({ type, body }) => ({ type, ...(JSON.parse(body) as Pick<Fact, 'data'>) }));
  };
  const kept = async (): Promise<number> => {
    const [row] = await database.sql.query<{ count: number }>('SELECT count(*) AS count FROM dead_letters');
    return row?.count ?? 0;
  };

  it('are one at once and one after a period for a flood of one cause, and every letter is kept', async () => {
    const first = clock.now().toISOString();
    for (let index = 0; index < 30; index += 1) {
      clock.advance(1000);
      await malformed();
    }
    expect((await facts()).map(({ data }) => data.cause)).toMatchObject([{ version: 1, waiting: 1 }]);
    await publishing.execute();
    expect(await facts()).toHaveLength(1);
    clock.advance(periodMs);
    await Promise.all([publishing.execute(), publishing.execute()]);
    const [, summary, ...others] = await facts();
    expect(others).toEqual([]);
    expect(summary).toMatchObject({
      type: deadLetterRecorded.key,
      data: { cause: { version: 2, waiting: 30 } },
    });
    expect(Date.parse(String(summary?.data.cause?.['first_died_at']))).toBe(Date.parse(first) + 1000);
    expect(Date.parse(String(summary?.data.cause?.['kept_until']))).toBe(
      Date.parse(first) + 30_000 + 30 * dayMs,
    );
    expect(await kept()).toBe(30);
  });

  it('keep the size of a body that its consumer cut, and refuse to replay what is left of it', async () => {
    const id = uuidv7();
    await recording.execute({ ...deadMessage(), messageId: id, bodyBytes: 9_000_000 });
    const [row] = await database.sql.query<{ dead_letter_id: string; size: number }>(
      'SELECT dead_letter_id, size FROM dead_letters',
    );
    expect(row?.size).toBe(9_000_000);
    const replayed = await replaying.execute(row?.dead_letter_id ?? '', { name: 'grace', roles: ['admin'] });
    expect(replayed).toMatchObject({ ok: false, error: { code: 'dead_letter_not_replayable' } });
  });

  it('are of one cause for types that no contract knows, and of two for two codes', async () => {
    for (const type of ['a', 'b', 'c', '']) await malformed(type);
    expect(await facts()).toHaveLength(1);
    await malformed('a', 'message_too_large');
    expect(await facts()).toHaveLength(2);
  });

  it('say how many still wait after a replay, and the next letter after the last replay is told at once', async () => {
    await malformed();
    await malformed();
    const letters = await unitOfWork.run((tx) => tx.deadLetters.page({ limit: 10 }));
    const replay = ({ letter: { deadLetterId } }: (typeof letters)[number]) =>
      replaying.execute(deadLetterId, { name: 'grace', roles: ['admin'] });
    for (const letter of letters) expect(await replay(letter)).toMatchObject({ ok: true });
    await malformed();
    expect(
      (await facts()).map(({ type, data }) => [type, data.cause?.['version'], data.cause?.['waiting']]),
    ).toEqual([
      [deadLetterRecorded.key, 1, 1],
      [deadLetterReplayed.key, 2, 1],
      [deadLetterReplayed.key, 3, 0],
      [deadLetterRecorded.key, 4, 1],
    ]);
  });

  it('are none for letters that were deleted before their period ended', async () => {
    await malformed();
    await malformed();
    clock.advance(31 * dayMs);
    await new DeleteOldDeadLetters(unitOfWork, metrics, clock, 30).execute();
    await publishing.execute();
    expect(await facts()).toHaveLength(1);
    await malformed();
    expect(await facts()).toHaveLength(2);
  });

  leakGuard();
});
