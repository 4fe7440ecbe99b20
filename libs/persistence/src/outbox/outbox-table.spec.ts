import { uuidv7 } from '@ymera/kernel';
import { leakGuard } from '@ymera/testing';
import { counterService, type CounterService } from '../testing/counter-service';
import { postponeLockedRows } from './outbox-table';

describe('postponing a row of the outbox', () => {
  let service: CounterService;
  beforeAll(async () => {
    service = await counterService();
  });
  afterAll(() => service.end());

  /** Seconds until a row of this age, that has failed this often, may be published again. */
  async function postponed(age: string, attempts: number, maxSeconds: number): Promise<number> {
    const { sql } = service.database;
    const id = uuidv7();
    await sql.query(
      `INSERT INTO outbox (id, kind, message_id, vhost, exchange, routing_key, type, headers, body, created_at, available_at, attempts)
       VALUES ($1, 'event', 'm', 'services', 'x', 'k', 't', '{}', '', now() - $2::interval, now(), $3)`,
      [id, age, attempts],
    );
    await postponeLockedRows(sql, [{ id, reason: 'NO_ROUTE' }], maxSeconds);
    const [row] = await sql.query<{ wait: number }>(
      'SELECT extract(epoch FROM available_at - clock_timestamp())::float8 AS wait FROM outbox WHERE id = $1',
      [id],
    );
    return row?.wait ?? Number.NaN;
  }

  it.each([
    ['doubles the pause with each attempt', '1 second', 3, 300, 8],
    ['never waits longer than it is allowed to', '1 second', 12, 5, 5],
    [
      'keeps a young row waiting for half a minute at most, however often it failed',
      '9 minutes',
      12,
      300,
      30,
    ],
    ['gives an old row the whole pause', '11 minutes', 12, 300, 300],
  ])('%s', async (_title, age, attempts, maxSeconds, expected) => {
    const wait = await postponed(age, attempts, maxSeconds);
    expect(wait).toBeLessThanOrEqual(expected);
    expect(wait).toBeGreaterThan(expected - 2);
  });
});

leakGuard();
