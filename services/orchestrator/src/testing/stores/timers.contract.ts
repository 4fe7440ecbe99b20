import { idOf, type StoresUnderTest } from './stores-under-test';

export function describeTimers({ inside, scenarioOf, stored, changed }: StoresUnderTest): void {
  it('keeps the timers of a running workflow, and none when it is over', async () => {
    const scenario = await stored(scenarioOf());
    const mine = async () =>
      (await inside((tx) => tx.timers.due(Date.now() + 10_000_000, 10_000)))
        .filter(({ workflowId }) => workflowId === idOf(scenario))
        .map(({ stepId, kind }) => `${stepId} ${kind}`)
        .sort();
    expect(await mine()).toEqual([' budget', 'review queue', 'test queue']);
    await changed(scenario, () => scenario.assign('review'));
    expect(await mine()).toEqual([' budget', 'review deadline', 'review offer', 'test queue']);
    await changed(scenario, () => scenario.accept('review'));
    expect(await mine()).toEqual([' budget', 'review deadline', 'review lease', 'test queue']);
    await changed(scenario, () => scenario.send({ kind: 'cancel_requested', by: 'ada', reason: 'No.' }));
    expect(await mine()).toEqual([]);
  });

  it('leaves a postponed timer alone until the workflow changes its timers', async () => {
    const scenario = await stored(scenarioOf());
    await changed(scenario, () => scenario.assign('review'));
    await changed(scenario, () => scenario.accept('review'));
    const dueAt = Date.now() + 99_000;
    await inside((tx) => tx.timers.postpone(idOf(scenario), { stepId: 'review', kind: 'lease', dueAt }));
    await changed(scenario, () => scenario.assign('test'));
    const isDue = async (by: number) =>
      (await inside((tx) => tx.timers.due(by, 10_000))).some(
        ({ workflowId, kind }) => workflowId === idOf(scenario) && kind === 'lease',
      );
    expect(await isDue(dueAt - 1)).toBe(false);
    expect(await isDue(dueAt)).toBe(true);
    const timer = { workflowId: idOf(scenario), stepId: 'review', kind: 'lease' as const };
    await inside((tx) => tx.timers.postponeDue(timer, dueAt - 1, dueAt + 10));
    expect(await isDue(dueAt)).toBe(true);
    await inside((tx) => tx.timers.postponeDue(timer, dueAt, dueAt + 10));
    expect(await isDue(dueAt)).toBe(false);
    await inside((tx) => tx.timers.drop(idOf(scenario)));
    expect(await isDue(dueAt + 10)).toBe(false);
  });

  it('returns when the next timer is due', async () => {
    const scenario = await stored(scenarioOf());
    const dueAt = Date.now() - 1_000_000;
    await inside((tx) => tx.timers.postpone(idOf(scenario), { stepId: 'review', kind: 'queue', dueAt }));
    expect(await inside((tx) => tx.timers.next())).toBe(dueAt);
    await inside((tx) => tx.runs.repair(scenario.workflow));
    expect(await inside((tx) => tx.timers.next())).not.toBe(dueAt);
  });
}
