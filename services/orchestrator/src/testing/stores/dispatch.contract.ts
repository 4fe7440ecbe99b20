import type { OrchestratorStores } from '../../application/ports';
import { eventually } from '@ymera/testing';
import { idOf, type StoresUnderTest } from './stores-under-test';

export function describeDispatch({
  inside,
  scenarioOf,
  stored,
  changed,
  register,
  dispatched,
}: StoresUnderTest): void {
  it('queues ready steps by waiting time, and counts those of other workflows', async () => {
    const first = await stored(scenarioOf());
    await new Promise((resolve) => setTimeout(resolve, 2));
    const second = await stored(scenarioOf());
    const queue = async () => {
      const found: string[] = [];
      let after: Parameters<OrchestratorStores['steps']['waiting']>[1];
      for (;;) {
        const page = await inside((tx) => tx.steps.waiting('EXAMINATION', after, 2));
        found.push(...page.map(({ workflowId }) => workflowId));
        after = page.at(-1);
        if (page.length < 2) return found;
      }
    };
    const waiting = (await queue()).filter((id) => id === idOf(first) || id === idOf(second));
    expect(waiting).toEqual([idOf(first), idOf(second)]);
    await changed(first, () => first.assign('review'));
    await new Promise((resolve) => setTimeout(resolve, 2));
    await changed(first, () =>
      first.send({
        kind: 'attempt_lost',
        stepId: 'review',
        key: first.attempt('review'),
        cause: 'lease_expired',
      }),
    );
    const later = (await queue()).filter((id) => id === idOf(first) || id === idOf(second));
    expect(later).toEqual([idOf(second), idOf(first)]);
    const elsewhere = await inside((tx) => tx.steps.countWaitingElsewhere(['EXAMINATION'], idOf(first)));
    await changed(second, () => second.assign('review'));
    const fewer = await inside((tx) => tx.steps.countWaitingElsewhere(['EXAMINATION'], idOf(first)));
    expect((elsewhere.get('EXAMINATION') ?? 0) - (fewer.get('EXAMINATION') ?? 0)).toBe(1);
    expect(await queue()).not.toContain(idOf(second));
  });

  it('gives candidates with their load, and finds the types with a waiting step and a free agent', async () => {
    await register('free-1');
    await stored(scenarioOf());
    const of = async (agentId: string) =>
      (await inside((tx) => tx.directory.lockCandidates(['EXAMINATION', 'TESTING'], Date.now()))).find(
        (one) => one.agentId === agentId,
      );
    expect(await of('free-1')).toMatchObject({
      liveness: 'offline',
      running: 0,
      slots: 1,
      isRegistered: true,
    });
    await inside((tx) => tx.directory.openSession('free-1-principal', ['free-1', 'stranger-1'], Date.now()));
    expect(await of('free-1')).toMatchObject({ liveness: 'online' });
    expect(await of('stranger-1')).toBeUndefined();
    expect(await inside((tx) => tx.steps.dispatchable(Date.now(), ['EXAMINATION', 'TESTING']))).toEqual([
      'EXAMINATION',
    ]);
    const { scenario } = await dispatched('free-1');
    expect(await of('free-1')).toMatchObject({ running: 1 });
    expect(await inside((tx) => tx.steps.dispatchable(Date.now(), ['EXAMINATION']))).toEqual([]);
    await register('free-1', 2, 2);
    expect(await of('free-1')).toMatchObject({ running: 1, slots: 2 });
    expect(await inside((tx) => tx.steps.dispatchable(Date.now(), ['EXAMINATION']))).toEqual(['EXAMINATION']);
    await changed(scenario, () => scenario.end('review'));
    expect(await of('free-1')).toMatchObject({ running: 0 });
    await inside((tx) => tx.directory.retire('free-1', 5));
    expect(await inside((tx) => tx.directory.accessOf('free-1'))).toBeUndefined();
    expect(await inside((tx) => tx.steps.dispatchable(Date.now(), ['EXAMINATION']))).toEqual([]);
  });

  it('gives no work to a suspended agent until it is reinstated', async () => {
    await register('penned-1');
    const now = Date.now();
    await inside((tx) => tx.directory.openSession('penned-1-principal', ['penned-1'], now));
    const enforcement = async () =>
      (await inside((tx) => tx.directory.lockCandidates(['EXAMINATION'], now))).find(
        ({ agentId }) => agentId === 'penned-1',
      );
    const set = (to: 'none' | 'suspended' | 'frozen', credentialEpoch: number, version: number) =>
      inside((tx) => tx.directory.setEnforcement('penned-1', { enforcement: to, credentialEpoch }, version));
    await set('frozen', 3, 4);
    await set('suspended', 2, 3);
    await set('none', 1, 2);
    expect(await enforcement()).toMatchObject({ enforcement: 'frozen', credentialEpoch: 3 });
    await stored(scenarioOf());
    expect(await inside((tx) => tx.steps.dispatchable(now, ['EXAMINATION']))).toEqual([]);
    await set('none', 3, 5);
    expect(await enforcement()).toMatchObject({ enforcement: 'none', credentialEpoch: 3 });
    expect(await inside((tx) => tx.steps.dispatchable(now, ['EXAMINATION']))).toEqual(['EXAMINATION']);
    await inside((tx) => tx.directory.retire('penned-1', 9));
  });

  it('gives no work to an unresponsive agent until it sends something or time has passed', async () => {
    await register('quiet-1');
    const now = Date.now();
    const isUnresponsive = async (at = now) =>
      (await inside((tx) => tx.directory.lockCandidates(['EXAMINATION'], at))).find(
        ({ agentId }) => agentId === 'quiet-1',
      )?.isUnresponsive;
    const markUnresponsive = (after: number) =>
      inside((tx) => tx.directory.markUnresponsive('quiet-1', now + 5000, after));
    await inside((tx) => tx.directory.openSession('quiet-1-principal', ['quiet-1'], now));
    await markUnresponsive(now - 1);
    expect(await isUnresponsive()).toBe(false);
    await markUnresponsive(now + 1);
    expect([await isUnresponsive(), await isUnresponsive(now + 5001)]).toEqual([true, false]);
    expect(await inside((tx) => tx.directory.accessOf('quiet-1'))).toEqual({
      credentialEpoch: 1,
      principalId: 'quiet-1-principal',
      isUnresponsive: true,
    });
    await inside((tx) => tx.directory.markResponsive('quiet-1'));
    expect(await isUnresponsive()).toBe(false);
    await markUnresponsive(now + 1);
    await inside((tx) => tx.directory.openSession('quiet-1-principal', ['quiet-1'], now + 2));
    expect(await isUnresponsive()).toBe(false);
    await markUnresponsive(now + 3);
    await inside((tx) => tx.directory.setLiveness('quiet-1', 'online', now + 4, 7));
    expect(await isUnresponsive()).toBe(false);
  });

  it('leaves a step its place in the queue when it is repaired', async () => {
    const scenario = await stored(scenarioOf());
    const since = async () =>
      (await inside((tx) => tx.steps.waiting('EXAMINATION', undefined, 1000)))
        .filter(({ workflowId }) => workflowId === idOf(scenario))
        .map((step) => step.since);
    const before = await since();
    expect(before).toHaveLength(1);
    await eventually(() => expect(Date.now()).toBeGreaterThan((before[0] ?? 0) + 1));
    await inside((tx) => tx.runs.repair(scenario.workflow));
    expect(await since()).toEqual(before);
  });
}
