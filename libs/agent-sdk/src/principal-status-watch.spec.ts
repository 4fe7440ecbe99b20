import { err, failure, ok, silentLogger, type Logger, type Result } from '@ymera/kernel';
import { eventually, leakGuard } from '@ymera/testing';
import type { PrincipalStanding } from './gateway-client';
import { PrincipalStatusWatch } from './principal-status-watch';

const standing = (change: Partial<PrincipalStanding>): Result<PrincipalStanding> =>
  ok({
    principal_id: 'runner-1',
    status: 'active',
    may_report: true,
    agent_ids: ['tester-1'],
    sanctions: [],
    retry_after_s: null,
    ...change,
  });

const frozen = standing({
  status: 'frozen',
  may_report: false,
  retry_after_s: 300,
  sanctions: [
    {
      agent_id: 'tester-1',
      status: 'frozen',
      cause: 'silence',
      reason: 'No report for 10 windows.',
      since: '2026-01-01T00:00:00.000Z',
    },
  ],
});
const silent = standing({ status: 'suspended', retry_after_s: 0.05 });

describe('PrincipalStatusWatch after a refusal', () => {
  const watches: PrincipalStatusWatch[] = [];
  afterEach(() => {
    for (const watch of watches.splice(0)) watch.close();
  });

  const setUp = (answer: Result<PrincipalStanding>, random = 0) => {
    const said: string[] = [];
    const fixture = { answer, asked: 0, unmuted: 0, said };
    const logger: Logger = {
      ...silentLogger,
      warn: (message, fields) => void said.push(`${message} ${JSON.stringify(fields)}`),
    };
    const watch = new PrincipalStatusWatch({
      ask: async () => {
        fixture.asked += 1;
        return fixture.answer;
      },
      logger,
      random: () => random,
      onUnmuted: () => {
        fixture.unmuted += 1;
      },
    });
    watches.push(watch);
    return { fixture, watch };
  };

  it.each<[string, Result<PrincipalStanding>, number, number]>([
    ['waits as long as a freeze requires', frozen, 0, 300_000],
    ['waits up to a quarter longer, so that a fleet does not reconnect together', frozen, 1, 375_000],
    [
      'waits as long as a violation requires',
      standing({ status: 'suspended', may_report: false, retry_after_s: 30 }),
      0,
      30_000,
    ],
    ['reconnects at once when reports end its sanction', silent, 0, 0],
    [
      'waits a moment when it is active, because the platform was unavailable when the broker asked',
      standing({}),
      0,
      2_000,
    ],
    [
      'queries the status of a retired principal only every minute',
      standing({ status: 'retired', may_report: false }),
      0,
      60_000,
    ],
    [
      'waits a moment without an answer',
      err(failure('unavailable', 'gateway_unreachable', 'Away.')),
      0,
      2_000,
    ],
  ])('%s', async (_title, answer, random, waitMs) => {
    const { watch } = setUp(answer, random);
    expect(await watch.afterRefusal()).toBe(waitMs);
  });

  it('logs which agent is refused, and why', async () => {
    const { fixture, watch } = setUp(frozen);
    await watch.afterRefusal();
    expect(fixture.said).toEqual([expect.stringContaining('tester-1: silence: No report for 10 windows.')]);
  });

  it('keeps results while it is suspended for missed reports, and sends them once it is active', async () => {
    const { fixture, watch } = setUp(silent);
    expect(watch.isMuted).toBe(false);
    await watch.afterRefusal();
    expect(watch.isMuted).toBe(true);
    await eventually(() => expect(fixture.asked).toBeGreaterThan(2));
    fixture.answer = err(failure('unavailable', 'gateway_unreachable', 'Away.'));
    expect(watch.isMuted).toBe(true);
    fixture.answer = standing({});
    await eventually(() => expect([watch.isMuted, fixture.unmuted]).toEqual([false, 1]), {
      timeoutMs: 10_000,
    });
  });
  leakGuard();
});
