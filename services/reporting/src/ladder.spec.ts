import {
  enforcementChanged,
  enforcementHeld,
  enforcementResumed,
  getAgentStatus,
  type PayloadOf,
} from '@ymera/contracts';
import { renderMetrics } from '@ymera/observability';
import { eventually, leakGuard } from '@ymera/testing';
import { reportOf } from './testing/reporting-world';
import { RunningReporting } from './testing/running-reporting';

const windowMs = 500;
const jitterMs = 250;
/** When a step is due after the last report that counts, or after the grace that does. */
const dueAfter = (windows: number) => (windows + 0.1) * windowMs + jitterMs;
const graceMs = 5 * windowMs;
const freezeMs = dueAfter(10);
/** The machine that runs the tests has other things to do. */
const lagMs = 1_000;

type Step = PayloadOf<typeof enforcementChanged>;

describe('the ladder, on a real broker and database', () => {
  let reporting: RunningReporting;
  const beating = new Map<string, { seq: number; timer: NodeJS.Timeout }>();

  beforeAll(async () => {
    reporting = await RunningReporting.start({ YMERA_REPORT_INTERVAL_SECONDS: String(windowMs / 1000) });
    await reporting.session('runner-1', 1, windowMs / 1000);
  }, 60_000);
  afterEach(() => {
    for (const agentId of beating.keys()) fallSilent(agentId);
  });
  afterAll(() => reporting.stop(), 30_000);

  let reports = 0;
  const send = (agentId: string, seq: number) =>
    reporting.report('runner-1', reportOf({ agent_id: agentId, seq }));

  /** Reports every window, with rising numbers, until it falls silent. */
  function beat(agentId: string): void {
    const entry = {
      seq: (reports += 1_000),
      timer: setInterval(() => void send(agentId, (entry.seq += 1)), windowMs),
    };
    beating.set(agentId, entry);
  }

  function fallSilent(agentId: string): void {
    clearInterval(beating.get(agentId)?.timer);
    beating.delete(agentId);
  }

  const status = async (agentId: string) => {
    const answer = await reporting.messaging.queries.ask(getAgentStatus, { agent_id: agentId });
    if (!answer.ok) throw new Error(answer.error.code);
    return answer.value;
  };

  async function agents(...names: string[]): Promise<void> {
    for (const name of names) await reporting.agent(name, 'runner-1');
    for (const name of names) {
      await eventually(() => status(name), { timeoutMs: 20_000 });
      beat(name);
      await eventually(async () => expect((await status(name)).liveness).toBe('online'), {
        timeoutMs: 20_000,
      });
    }
  }

  const steps = (): Step[] => reporting.payloads(enforcementChanged);
  const stepsOf = (agentId: string) => steps().filter(({ agent_id }) => agent_id === agentId);
  const levelsOf = (agentId: string) => stepsOf(agentId).map(({ to }) => to);
  const reached = (agentId: string, levels: string[], timeoutMs = 30_000) =>
    eventually(() => expect(levelsOf(agentId)).toEqual(levels), { timeoutMs });
  const pass = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  /** Each step as long after `from` as its windows take, and not earlier. */
  function expectOnTime(climb: readonly Step[], from: number, graceOfMs = 0): void {
    for (const { to, decided_at } of climb) {
      const windows = { warned: 3, suspended: 5, frozen: 10, none: 0 }[to];
      const took = Date.parse(decided_at) - from - graceOfMs;
      expect({ to, isEarly: took < dueAfter(windows) }).toEqual({ to, isEarly: false });
      expect({ to, isLate: took > dueAfter(windows) + lagMs }).toEqual({ to, isLate: false });
    }
  }

  const healthyAgain = () =>
    eventually(
      async () => {
        const { body: text } = await renderMetrics();
        expect(text).toMatch(/^ymera_ingest_healthy.* 1$/m);
        expect(text).not.toMatch(/^ymera_enforcement_held\{.*\} 1$/m);
      },
      { timeoutMs: 60_000 },
    );

  it('is climbed at 3, 5 and 10 windows by the one that stops reporting, measured, and by nobody else', async () => {
    await agents('silent-1', 'good-1', 'good-2');
    await healthyAgain();
    await pass(graceMs);
    fallSilent('silent-1');
    await reached('silent-1', ['warned', 'suspended', 'frozen']);
    const climb = stepsOf('silent-1');
    expectOnTime(climb, Date.parse(climb[0]?.last_report_at ?? ''));
    expect(climb.map(({ missed_windows }) => missed_windows)).toEqual([3, 5, 10]);
    expect((await status('silent-1')).enforcement).toBe('frozen');
    expect(steps()).toHaveLength(3);
    const { body: text } = await renderMetrics();
    expect(text).toMatch(/^ymera_enforcement_changes_total\{from="suspended",to="frozen".*\} 1$/m);
    expect(text).toMatch(/^ymera_agents_by_enforcement\{level="frozen".*\} 1$/m);
    expect(text).toMatch(/^ymera_enforcement_lag_seconds_count.* 3$/m);
    const lags = climb.map(({ to, decided_at, last_report_at }) => {
      const windows = { warned: 3, suspended: 5, frozen: 10, none: 0 }[to];
      return Date.parse(decided_at) - Date.parse(last_report_at ?? '') - dueAfter(windows);
    });
    process.stdout.write(`sanctioned ${lags.map((lag) => `${lag} ms`).join(', ')} after it was due\n`);
  }, 60_000);

  it('takes nothing from a frozen agent until its freeze is lifted, and lifts a suspension after three good reports', async () => {
    await send('silent-1', 1_000_000);
    await reporting.lift('silent-1', 'runner-1');
    await reached('silent-1', ['warned', 'suspended', 'frozen', 'none']);
    expect(stepsOf('silent-1').at(-1)).toMatchObject({ cause: 'lifted', from: 'frozen' });
    await agents('shaky-1');
    fallSilent('shaky-1');
    await reached('shaky-1', ['warned', 'suspended']);
    for (const seq of [1, 2, 3]) await send('shaky-1', 2_000_000 + seq);
    await reached('shaky-1', ['warned', 'suspended', 'none']);
    expect(stepsOf('shaky-1').at(-1)).toMatchObject({ cause: 'recovery', missed_windows: 0 });
  }, 60_000);

  it.each<[string, () => Promise<void> | void, () => Promise<void> | void, string]>([
    [
      'broker',
      () => reporting.routes.broker.cut(),
      () => reporting.routes.broker.restore(),
      'ingest_unhealthy',
    ],
    [
      'database',
      () => reporting.routes.database.cut(),
      () => reporting.routes.database.restore(),
      'ingest_unhealthy',
    ],
    [
      'registry',
      () => reporting.registry.goAway(),
      () => reporting.registry.comeBack(),
      'authentication_unavailable',
    ],
    [
      'broker (it hangs)',
      () => reporting.routes.broker.hang(),
      () => reporting.routes.broker.restore(),
      'ingest_unhealthy',
    ],
  ])(
    'sanctions nobody while the %s is away for longer than a freeze takes; then only who stays silent, on time',
    async (what, takeAway, giveBack, reason) => {
      const [dead, alive] = [`dead-${what}`, `alive-${what}`].map((name) => name.replaceAll(/[^a-z-]/g, ''));
      if (dead === undefined || alive === undefined) return;
      await agents(dead, alive);
      const [before, heldBefore, resumedBefore] = [
        steps().length,
        reporting.payloads(enforcementHeld).length,
        reporting.payloads(enforcementResumed).length,
      ];
      await takeAway();
      fallSilent(dead);
      // Nobody reports to a broker that is away.
      if (what.startsWith('broker')) fallSilent(alive);
      await pass(freezeMs + 1_000);
      await giveBack();
      if (what.startsWith('broker')) beat(alive);
      await eventually(() => expect(reporting.payloads(enforcementResumed).length).toBe(resumedBefore + 1), {
        timeoutMs: 60_000,
      });
      const held = reporting.payloads(enforcementHeld).slice(heldBefore);
      expect(held).toMatchObject([{ reason_code: reason }]);
      expect(
        steps()
          .slice(before)
          .filter(({ agent_id }) => agent_id === dead || agent_id === alive),
      ).toEqual([]);
      const resumedAt = Date.now();
      await reached(dead, ['warned', 'suspended', 'frozen']);
      // The incident ends with the grace.
      for (const { to, decided_at } of stepsOf(dead)) {
        const windows = { warned: 3, suspended: 5, frozen: 10, none: 0 }[to];
        expect(Math.abs(Date.parse(decided_at) - resumedAt - dueAfter(windows))).toBeLessThan(lagMs);
      }
      expect(stepsOf(alive)).toEqual([]);
    },
    120_000,
  );

  it('carries on after a restart where it was: no step twice, none left out, nobody else', async () => {
    await agents('dying-1', 'living-1');
    await healthyAgain();
    await pass(graceMs);
    fallSilent('dying-1');
    await reached('dying-1', ['warned']);
    await reporting.restart();
    const restartedAt = Date.now();
    await reached('dying-1', ['warned', 'suspended', 'frozen']);
    // On a busy machine the one that stops may still have decided a step; the one that starts decides none in its grace.
    const tooEarly = stepsOf('dying-1')
      .map(({ decided_at }) => Date.parse(decided_at) - restartedAt)
      .filter((sinceRestart) => sinceRestart > 0 && sinceRestart < graceMs);
    expect(tooEarly).toEqual([]);
    expect(stepsOf('living-1')).toEqual([]);
  }, 60_000);

  it('is carried on by another instance when the first one goes, which also hears of a lift', async () => {
    await agents('falling-1', 'standing-1');
    const heir = await reporting.another();
    fallSilent('falling-1');
    await reached('falling-1', ['warned']);
    await reporting.restart();
    await reached('falling-1', ['warned', 'suspended', 'frozen']);
    await reporting.lift('falling-1', 'runner-1');
    await reached('falling-1', ['warned', 'suspended', 'frozen', 'none']);
    await heir.stop();
    await reached('falling-1', ['warned', 'suspended', 'frozen', 'none', 'warned']);
    expect(stepsOf('standing-1')).toEqual([]);
  }, 90_000);

  leakGuard();
});
