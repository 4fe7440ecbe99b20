import { uuidv7 } from '@ymera/kernel';
import { FakeClock, leakGuard } from '@ymera/testing';
import { counterService, type CounterService } from '../testing/counter-service';
import {
  isExpired,
  maintainInboxPartitions,
  makeInboxPartitions,
  wantedPartitions,
} from './inbox-partitions';

const dayMs = 86_400_000;

describe('inbox partitions', () => {
  const now = new Date('2026-03-01T23:59:59.999Z');

  it('cover every id of the retention window and the days ahead without a gap', () => {
    const wanted = wantedPartitions(now);
    expect(wanted.map(({ name }) => name)).toEqual(
      [
        ...['20260222', '20260223', '20260224', '20260225', '20260226', '20260227', '20260228', '20260301'],
        ...['20260302', '20260303', '20260304'],
      ].map((day) => `inbox_${day}`),
    );
    for (const [index, { to }] of wanted.entries()) expect(wanted[index + 1]?.from ?? to).toBe(to);
    const today = wanted.find(({ name }) => name === 'inbox_20260301');
    const smallest = uuidv7(Date.parse('2026-03-01T00:00:00.000Z'), (bytes) => bytes.fill(0));
    const largest = uuidv7(now.getTime(), (bytes) => bytes.fill(255));
    expect((today?.from ?? '') <= smallest && largest < (today?.to ?? '')).toBe(true);
  });

  it('expire when all of their ids are refused, and nothing else does', () => {
    const existing = ['inbox_20260221', 'inbox_20260222', 'inbox_20260301', 'inbox_archive', 'outbox'];
    expect(existing.filter((name) => isExpired(name, now))).toEqual(['inbox_20260221']);
  });
});

describe('PostgresInbox', () => {
  let service: CounterService;
  beforeAll(async () => {
    service = await counterService();
  });
  afterAll(() => service.end());

  const accept = (messageId: string, consumer = 'counter') =>
    service.unitOfWork().run((tx) => tx.inbox.accept(consumer, messageId));

  const partitions = async (): Promise<string[]> =>
    (
      await service.database.sql.query<{ name: string }>(
        `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'inbox'::regclass ORDER BY 1`,
      )
    ).map(({ name }) => name);

  it('takes a message once per consumer', async () => {
    const messageId = uuidv7();
    expect([await accept(messageId), await accept(messageId), await accept(messageId, 'another')]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('lets exactly one of many deliveries of a message at the same time take effect', async () => {
    const messageId = uuidv7();
    await Promise.all(
      Array.from({ length: 20 }, () =>
        service.unitOfWork().run(async (tx) => {
          if (await tx.inbox.accept('counter', messageId)) await tx.counters.add(messageId);
        }),
      ),
    );
    expect(await service.counters.value(messageId)).toBe(1);
  });

  it('takes a message again whose first transaction rolled back while the second waited', async () => {
    const messageId = uuidv7();
    let second: Promise<boolean> | undefined;
    const first = service.unitOfWork().run(async (tx) => {
      await tx.inbox.accept('counter', messageId);
      second = accept(messageId);
      throw new Error('rolled back');
    });
    await expect(first).rejects.toThrow('rolled back');
    expect(await second).toBe(true);
  });

  it.each([
    ['older than the retention', () => uuidv7(Date.now() - 7 * dayMs - 1000), 'message_id_outside_window'],
    ['from the future', () => uuidv7(Date.now() + 310_000), 'message_id_outside_window'],
    ['of another kind', () => '3f333df6-90a4-4fda-8dd3-9485d27cee36', 'message_id_invalid'],
    ['no id at all', () => 'x', 'message_id_invalid'],
  ])('refuses an id that is %s', async (_, id, code) => {
    await expect(accept(id())).rejects.toMatchObject({
      failure: { kind: 'validation', code, retryable: false },
    });
  });

  it.each([
    ['just within the retention', -7 * dayMs + 5000],
    ['of a clock that is a little ahead', 290_000],
  ])('takes an id that is %s', async (_, offset) => {
    expect(await accept(uuidv7(Date.now() + offset))).toBe(true);
  });

  it('moves its partitions with time, so that a week later new messages are taken and old rows are gone', async () => {
    const weekLater = new Date(Date.now() + 8 * dayMs);
    const before = await partitions();
    await maintainInboxPartitions(service.database.sql, weekLater);
    await maintainInboxPartitions(service.database.sql, weekLater);
    expect(await partitions()).toEqual(wantedPartitions(weekLater).map(({ name }) => name));
    expect(await partitions()).not.toContain(before[0]);
    const taken = await service
      .unitOfWork({ clock: new FakeClock(weekLater) })
      .run((tx) => tx.inbox.accept('counter', uuidv7(weekLater.getTime())));
    expect(taken).toBe(true);
    await maintainInboxPartitions(service.database.sql, new Date());
  });

  it('keeps partitions from several processes at once', async () => {
    const { sql } = service.database;
    for (let day = 12; day < 32; day += 1) {
      const later = new Date(Date.now() + day * dayMs);
      await Promise.all(Array.from({ length: 4 }, () => maintainInboxPartitions(sql, later)));
      expect(await partitions()).toEqual(wantedPartitions(later).map(({ name }) => name));
    }
    await makeInboxPartitions(sql, new Date());
  });

  it('does not stop consumers while it makes and drops partitions', async () => {
    await service.unitOfWork().run(async (tx) => {
      await tx.inbox.accept('counter', uuidv7());
      // Dropping needs every consumer to let go: it gives up after half a second. Making does not.
      const later = new Date(Date.now() + 5 * dayMs);
      const upkeep = maintainInboxPartitions(service.database.sql, later).then(
        () => 'done',
        () => 'gave up',
      );
      expect(await upkeep).toBe('gave up');
      expect(await partitions()).toEqual(
        expect.arrayContaining(wantedPartitions(later).map(({ name }) => name)),
      );
    });
  });
});

leakGuard();
