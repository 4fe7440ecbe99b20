import { newAgent } from '../domain/agent-state';
import { reportingFixture } from '../testing/reporting-fixture';
import type { AgentSnapshot } from './ports';
import { StatusCache } from './status-cache';

const ask = (agent_id: string) => ({ agent_id });

describe('ReadFleet', () => {
  it('answers with an agent’s newest report, and from the cache until it changes', async () => {
    const fixture = reportingFixture();
    await fixture.start();
    await fixture.agent('tester-1');
    await fixture.session(1);
    expect(await fixture.read.status(ask('tester-1'))).toMatchObject({
      ok: true,
      value: { liveness: 'offline', last_report_at: null, tasks: [], metrics: {} },
    });
    await fixture.report('tester-1', 1);
    const reads = fixture.tables.reads;
    for (let index = 0; index < 10; index += 1)
      expect(await fixture.read.status(ask('tester-1'))).toEqual({
        ok: true,
        value: {
          agent_id: 'tester-1',
          agent_type: 'TESTING',
          liveness: 'online',
          enforcement: 'none',
          work: 'idle',
          last_report_at: '2026-01-01T00:00:00.000Z',
          tasks: [],
          metrics: { cpu_percent: 1.5, memory_mb: 80 },
          age_ms: 0,
        },
      });
    expect(fixture.tables.reads).toBe(reads + 1);
  });

  it('does not cache a state that changed while it was read', async () => {
    const statuses = new StatusCache();
    const snapshotOf = (missed: number): AgentSnapshot => ({
      state: {
        ...newAgent({ agentId: 'a-1', agentType: 'TESTING', principalId: 'r-1', partition: 1 }),
        missed,
      },
      tasks: [],
      metrics: {},
    });
    let arrive = (_snapshot: AgentSnapshot): void => undefined;
    const slow = new Promise<AgentSnapshot>((resolve) => (arrive = resolve));
    const reading = statuses.get('a-1', () => slow, 1);
    statuses.invalidate('a-1');
    arrive(snapshotOf(1));
    expect((await reading)?.snapshot.state.missed).toBe(1);
    const again = () => statuses.get('a-1', async () => snapshotOf(2), 2);
    expect((await again())?.snapshot.state.missed).toBe(2);
    expect(await again()).toMatchObject({ readAt: 2 });
  });

  it('reads once for concurrent queries, and again after a read that failed', async () => {
    const statuses = new StatusCache();
    let reads = 0;
    const failing = async (): Promise<AgentSnapshot> => {
      reads += 1;
      throw new Error('unavailable');
    };
    await Promise.allSettled([1, 2, 3].map((at) => statuses.get('a-1', failing, at)));
    expect(reads).toBe(1);
    await expect(statuses.get('a-1', failing, 4)).rejects.toThrow('unavailable');
    expect(reads).toBe(2);
  });

  it('refuses an unknown agent', async () => {
    const fixture = reportingFixture();
    expect(await fixture.read.status(ask('unknown'))).toMatchObject({
      ok: false,
      error: { code: 'agent_not_found' },
    });
  });

  it('counts the fleet as it changes', async () => {
    const fixture = reportingFixture();
    await fixture.start();
    await fixture.agent('tester-1');
    await fixture.agent('coder-1', 'runner-2', 'CODING');
    await fixture.session(1);
    await fixture.report('tester-1', 1);
    expect(fixture.read.overview()).toEqual({
      ok: true,
      value: { agents: 2, by_liveness: { offline: 1, online: 1 }, by_type: { TESTING: 1, CODING: 1 } },
    });
  });
});
