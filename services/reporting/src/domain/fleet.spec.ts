import fc from 'fast-check';
import { newAgent, type AgentState } from './agent-state';
import { Fleet } from './fleet';
import { interrupted, observe, startingIngest } from './ingest-health';
import { take } from './token-bucket';

const stateOf = (index: number, liveness: AgentState['liveness']): AgentState => ({
  ...newAgent({
    agentId: `agent-${index}`,
    agentType: index % 2 === 0 ? 'TESTING' : 'CODING',
    principalId: `runner-${index % 3}`,
    partition: index % 4,
  }),
  liveness,
});

describe('Fleet', () => {
  it('keeps correct counts under any sequence of changes', () => {
    const step = fc.record({
      what: fc.constantFrom('add', 'update', 'retire', 'forget'),
      index: fc.nat(20),
      liveness: fc.constantFrom<AgentState['liveness']>('online', 'late', 'offline'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const fleet = new Fleet(60_000);
        for (const { what, index, liveness } of steps) {
          const state = stateOf(index, liveness);
          const entry = fleet.entry(state.agentId);
          if (what === 'add') fleet.add(state);
          if (what === 'update' && entry) fleet.update(entry, state);
          if (what === 'retire') fleet.retire(state.agentId);
          if (what === 'forget') fleet.forget(new Set([index % 4]));
        }
        const held = Array.from({ length: 21 }, (_, index) => fleet.entry(`agent-${index}`)?.state).filter(
          (state) => state !== undefined,
        );
        const counts = fleet.counts();
        expect(counts.agents).toBe(held.length);
        for (const liveness of ['online', 'late', 'offline'])
          expect(counts.byLiveness[liveness] ?? 0).toBe(
            held.filter((state) => state.liveness === liveness).length,
          );
        for (const level of ['none', 'warned', 'suspended', 'frozen'])
          expect(counts.byEnforcement[level] ?? 0).toBe(
            held.filter((state) => state.enforcement === level).length,
          );
        for (const type of ['TESTING', 'CODING'])
          expect(counts.byType[type] ?? 0).toBe(held.filter((state) => state.agentType === type).length);
      }),
    );
  });

  it('keeps the higher session, and does not take a retired agent back', () => {
    const fleet = new Fleet(60_000);
    fleet.openSession('runner-1', { session: 5, windowMs: 1_000 });
    fleet.openSession('runner-1', { session: 4, windowMs: 9_000 });
    expect([fleet.issuedSession('runner-1'), fleet.windowMs('runner-1')]).toEqual([5, 1_000]);
    expect(fleet.windowMs('unknown')).toBe(60_000);
    fleet.retire('agent-1');
    expect(fleet.add(stateOf(1, 'online'))).toBeUndefined();
  });
});

describe('the principals of a fleet', () => {
  const remembers = (fleet: Fleet) => [fleet.issuedSession('runner-1'), fleet.partitionOf('runner-1')];
  const withTwo = (): Fleet => {
    const fleet = new Fleet(60_000);
    fleet.openSession('runner-1', { session: 5, windowMs: 1_000 });
    for (const index of [1, 13]) fleet.add(stateOf(index, 'online'));
    return fleet;
  };

  it('are forgotten with the last of their agents that is retired', () => {
    const fleet = withTwo();
    fleet.retire('agent-1');
    expect(remembers(fleet)).toEqual([5, 1]);
    fleet.retire('agent-13');
    expect(remembers(fleet)).toEqual([0, undefined]);
  });

  it('are forgotten with their partition', () => {
    const fleet = withTwo();
    fleet.forget(new Set([1]));
    expect(remembers(fleet)).toEqual([0, undefined]);
  });

  it('do not accumulate with every agent that was ever retired', () => {
    const fleet = new Fleet(60_000);
    for (let index = 0; index <= 10_000; index += 1) fleet.retire(`agent-${index}`);
    expect([0, 1, 10_000].map((index) => fleet.isRetired(`agent-${index}`))).toEqual([false, true, true]);
  });
});

describe('ingest health', () => {
  it('begins when the last problem has ended, and anew after every break', () => {
    let health = observe(startingIngest, 'ownership', false, 5);
    expect(health.healthySince).toBeNull();
    health = observe(observe(health, 'broker', false, 7), 'database', false, 10);
    expect(health).toEqual({ troubles: [], healthySince: 10 });
    expect(observe(health, 'broker', false, 20)).toBe(health);
    health = observe(observe(health, 'broker', true, 30), 'database', true, 31);
    health = observe(health, 'broker', false, 40);
    expect(health).toEqual({ troubles: ['database'], healthySince: null });
    health = observe(health, 'database', false, 50);
    expect(health.healthySince).toBe(50);
    expect(interrupted(health, 'clock', 60)).toEqual({ troubles: [], healthySince: 60 });
  });
});

describe('a backlog', () => {
  const healthy = { troubles: [], healthySince: 5 };
  const behind = observe(healthy, 'backlog', true, 1_000, 100);

  it('only delays when it is brief', () => {
    expect(behind).toMatchObject({ troubles: ['backlog'], healthySince: null });
    expect(observe(behind, 'backlog', false, 1_099, 100)).toEqual(healthy);
  });

  it('starts healthy time anew when it lasts, or coincides with another problem', () => {
    expect(observe(behind, 'backlog', false, 1_100, 100).healthySince).toBe(1_100);
    const worse = observe(behind, 'broker', true, 1_010, 100);
    const both = observe(observe(worse, 'broker', false, 1_020, 100), 'backlog', false, 1_030, 100);
    expect(both.healthySince).toBe(1_030);
    const later = observe(observe(healthy, 'broker', true, 1_000, 100), 'backlog', true, 1_010, 100);
    expect(
      observe(observe(later, 'broker', false, 1_020, 100), 'backlog', false, 1_030, 100).healthySince,
    ).toBe(1_030);
  });
});

describe('TokenBucket', () => {
  it('never grants more than its capacity plus its refill', () => {
    const policy = { capacity: 5, refillPerMinute: 10 };
    const asks = fc.array(
      fc.record({ wanted: fc.nat(20), afterMs: fc.integer({ min: -1000, max: 30_000 }) }),
    );
    fc.assert(
      fc.property(asks, (script) => {
        let bucket: Parameters<typeof take>[0];
        let [now, passed, granted] = [1_000_000, 0, 0];
        for (const { wanted, afterMs } of script) {
          now += afterMs;
          passed += Math.max(0, afterMs);
          const answer = take(bucket, wanted, now, policy);
          expect(answer.granted).toBeLessThanOrEqual(wanted);
          bucket = answer.bucket;
          granted += answer.granted;
        }
        expect(granted).toBeLessThanOrEqual(
          policy.capacity + (passed / 60_000) * policy.refillPerMinute + 1e-6,
        );
      }),
    );
  });
});
