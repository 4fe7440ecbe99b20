import { reportingWorld } from '../testing/reporting-world';

const ask = (agent_id: string) => ({ agent_id });

describe('asking for an agent', () => {
  it('answers with its newest report, and again without reading until it changes', async () => {
    const world = reportingWorld();
    await world.start();
    await world.agent('tester-1');
    await world.session(1);
    expect(await world.read.status(ask('tester-1'))).toMatchObject({
      ok: true,
      value: { liveness: 'offline', last_report_at: null, tasks: [], metrics: {} },
    });
    await world.report('tester-1', 1);
    const reads = world.tables.reads;
    for (let index = 0; index < 10; index += 1)
      expect(await world.read.status(ask('tester-1'))).toEqual({
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
    expect(world.tables.reads).toBe(reads + 1);
  });

  it('keeps nothing that was written while it was being read', async () => {
    const world = reportingWorld();
    await world.start();
    await world.agent('tester-1');
    await world.session(1);
    const [stale] = await Promise.all([world.read.status(ask('tester-1')), world.report('tester-1', 1)]);
    expect(stale).toMatchObject({ value: { liveness: 'offline' } });
    expect(await world.read.status(ask('tester-1'))).toMatchObject({ value: { liveness: 'online' } });
  });

  it('knows no stranger', async () => {
    const world = reportingWorld();
    expect(await world.read.status(ask('nobody'))).toMatchObject({
      ok: false,
      error: { code: 'agent_not_found' },
    });
  });

  it('counts the fleet as it changes', async () => {
    const world = reportingWorld();
    await world.start();
    await world.agent('tester-1');
    await world.agent('coder-1', 'runner-2', 'CODING');
    await world.session(1);
    await world.report('tester-1', 1);
    expect(world.read.overview()).toEqual({
      ok: true,
      value: { agents: 2, by_liveness: { offline: 1, online: 1 }, by_type: { TESTING: 1, CODING: 1 } },
    });
  });
});
