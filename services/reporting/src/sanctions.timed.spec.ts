import { livenessChanged } from '@ymera/contracts';
import { renderMetrics } from '@ymera/observability';
import { eventually, leakGuard } from '@ymera/testing';
import {
  BeatingAgents,
  dueAfter,
  expectOnTime,
  graceMs,
  pass,
  windowMs,
  windowsOf,
} from './testing/beating-agents';
import type { RunningReporting } from './testing/running-reporting';

describe('sanctions on a real broker and database', () => {
  let reporting: RunningReporting;
  let agents: BeatingAgents;

  beforeAll(async () => {
    agents = await BeatingAgents.start();
    ({ reporting } = agents);
  }, 60_000);
  afterEach(() => agents.stop());
  afterAll(() => reporting.stop(), 30_000);

  const healthyAgain = () =>
    eventually(
      async () => {
        const { body: text } = await renderMetrics();
        expect(text).toMatch(/^ymera_ingest_healthy.* 1$/m);
        expect(text).not.toMatch(/^ymera_enforcement_held\{.*\} 1$/m);
      },
      { timeoutMs: 60_000 },
    );

  it('warn, suspend and freeze an agent after 3, 5 and 10 missed windows, measured, and no other agent', async () => {
    await agents.join('silent-1', 'good-1', 'good-2');
    await healthyAgain();
    await pass(graceMs);
    agents.stopReporting('silent-1');
    await agents.reached('silent-1', ['warned', 'suspended', 'frozen']);
    const escalate = agents.stepsOf('silent-1');
    expectOnTime(escalate, Date.parse(escalate[0]?.last_report_at ?? ''));
    expect(escalate.map(({ missed_windows }) => missed_windows)).toEqual([3, 5, 10]);
    expect((await agents.status('silent-1')).enforcement).toBe('frozen');
    expect(agents.steps()).toHaveLength(3);
    const { body: text } = await renderMetrics();
    expect(text).toMatch(/^ymera_enforcement_changes_total\{from="suspended",to="frozen".*\} 1$/m);
    expect(text).toMatch(/^ymera_agents_by_enforcement\{level="frozen".*\} 1$/m);
    expect(text).toMatch(/^ymera_enforcement_lag_seconds_count.* 3$/m);
    const lags = escalate.map(({ to, decided_at, last_report_at }) => {
      return Date.parse(decided_at) - Date.parse(last_report_at ?? '') - dueAfter(windowsOf[to]);
    });
    process.stdout.write(`sanctioned ${lags.map((lag) => `${lag} ms`).join(', ')} after it was due\n`);
  }, 60_000);

  it('escalate from its hello on an agent that never sends its first report, after late and offline', async () => {
    await reporting.agent('mute-1', 'runner-3');
    await eventually(() => agents.status('mute-1'));
    await healthyAgain();
    await pass(graceMs);
    const helloAt = Date.now();
    await reporting.session('runner-3', 1, windowMs / 1000, ['mute-1']);
    await agents.reached('mute-1', ['warned', 'suspended', 'frozen']);
    const escalate = agents.stepsOf('mute-1');
    expectOnTime(escalate, helloAt);
    expect(escalate.map(({ last_report_at }) => last_report_at)).toEqual([null, null, null]);
    const changes = reporting.payloads(livenessChanged).filter(({ agent_id }) => agent_id === 'mute-1');
    expect(changes.map(({ from, to }) => `${from} → ${to}`)).toEqual(['offline → late', 'late → offline']);
  }, 60_000);

  it('ignore reports of a frozen agent until its freeze is lifted, and end a suspension after three good reports', async () => {
    await agents.send('silent-1', 1_000_000);
    await reporting.lift('silent-1', 'runner-1');
    await agents.reached('silent-1', ['warned', 'suspended', 'frozen', 'none']);
    expect(agents.stepsOf('silent-1').at(-1)).toMatchObject({ cause: 'lifted', from: 'frozen' });
    await agents.join('shaky-1');
    agents.stopReporting('shaky-1');
    await agents.reached('shaky-1', ['warned', 'suspended']);
    for (const seq of [1, 2, 3]) await agents.send('shaky-1', 2_000_000 + seq);
    await agents.reached('shaky-1', ['warned', 'suspended', 'none']);
    expect(agents.stepsOf('shaky-1').at(-1)).toMatchObject({ cause: 'recovery', missed_windows: 0 });
  }, 60_000);

  it('continues after a restart without repeating or omitting a sanction', async () => {
    await agents.join('dying-1', 'living-1');
    await healthyAgain();
    await pass(graceMs);
    agents.stopReporting('dying-1');
    await agents.reached('dying-1', ['warned']);
    await reporting.restart();
    const restartedAt = Date.now();
    await agents.reached('dying-1', ['warned', 'suspended', 'frozen']);
    // On a busy machine the stopping instance may still have decided a step; the starting one decides none in its grace
    // period.
    const tooEarly = agents
      .stepsOf('dying-1')
      .map(({ decided_at }) => Date.parse(decided_at) - restartedAt)
      .filter((sinceRestart) => sinceRestart > 0 && sinceRestart < graceMs);
    expect(tooEarly).toEqual([]);
    expect(agents.stepsOf('living-1')).toEqual([]);
  }, 60_000);

  it('continue on another instance when the first one stops, which also applies a lift', async () => {
    await agents.join('falling-1', 'standing-1');
    const heir = await reporting.another();
    agents.stopReporting('falling-1');
    await agents.reached('falling-1', ['warned']);
    await reporting.restart();
    await agents.reached('falling-1', ['warned', 'suspended', 'frozen']);
    await reporting.lift('falling-1', 'runner-1');
    await agents.reached('falling-1', ['warned', 'suspended', 'frozen', 'none']);
    await heir.stop();
    await agents.reached('falling-1', ['warned', 'suspended', 'frozen', 'none', 'warned']);
    expect(agents.stepsOf('standing-1')).toEqual([]);
  }, 90_000);

  leakGuard();
});
