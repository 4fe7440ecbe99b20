import { renderMetrics } from '@ymera/observability';
import { eventually, leakGuard } from '@ymera/testing';
import { BeatingAgents, expectOnTime, graceMs, pass, windowMs } from './testing/beating-agents';
import { reportOf } from './testing/reporting-fixture';
import type { RunningReporting } from './testing/running-reporting';

/** The flood takes the processor from this same process, so decisions beside it may be this late. */
const latestMs = 10 * windowMs;

describe('a flood of reports on a real broker and database', () => {
  let reporting: RunningReporting;
  let agents: BeatingAgents;

  beforeAll(async () => {
    agents = await BeatingAgents.start();
    ({ reporting } = agents);
    await reporting.session('runner-2', 1, windowMs / 1000);
  }, 60_000);
  afterEach(() => agents.stop());
  afterAll(() => reporting.stop(), 30_000);

  const isShown = (line: RegExp) =>
    eventually(async () => expect((await renderMetrics()).body).toMatch(line), { timeoutMs: 60_000 });

  it('delays sanctions in its own partition, and not in another', async () => {
    await reporting.agent('flooder-1', 'runner-2');
    await agents.join('beside-1');
    await isShown(/^ymera_ingest_healthy.* 1$/m);
    await pass(graceMs);
    // Always the same report: all but the first are dropped, so its agent counts as silent.
    const flood = setInterval(() => {
      for (let sent = 0; sent < 600; sent += 1)
        void reporting.report('runner-2', reportOf({ agent_id: 'flooder-1' }));
    }, windowMs);
    try {
      await isShown(/^ymera_report_partitions_behind.* 1$/m);
      agents.stopReporting('beside-1');
      await agents.reached('beside-1', ['warned', 'suspended', 'frozen']);
    } finally {
      clearInterval(flood);
    }
    for (const step of agents.stepsOf('beside-1'))
      expectOnTime([step], Date.parse(step.last_report_at ?? ''), latestMs);
    expect(agents.stepsOf('flooder-1')).toEqual([]);
  }, 120_000);

  leakGuard();
});
