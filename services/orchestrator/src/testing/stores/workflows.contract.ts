import type { WorkflowStore } from '../../application/ports';
import { enhancePlan } from '../plans';
import { idFrom } from '../workflow-scenario';
import { idOf, type StoresUnderTest } from './stores-under-test';

export function describeWorkflows({ inside, scenarioOf, stored, changed }: StoresUnderTest): void {
  it('returns a workflow as it was stored, with its trace, and inserts it only once', async () => {
    const scenario = await stored(scenarioOf(enhancePlan));
    await changed(scenario, () => scenario.approvedChange());
    const found = await inside((tx) => tx.runs.lock(idOf(scenario)));
    expect(found).toEqual({ workflow: JSON.parse(JSON.stringify(scenario.workflow)), traceparent: 'trace' });
    expect(await inside((tx) => tx.runs.find(idOf(scenario)))).toEqual(found?.workflow);
    expect(
      await inside((tx) => tx.runs.insert({ workflow: scenario.workflow, traceparent: undefined })),
    ).toBe(false);
    expect(await inside((tx) => tx.runs.lock(idFrom(1)))).toBeUndefined();
  });

  it('pages through workflows, newest first, by state', async () => {
    const [first, second, third] = [
      await stored(scenarioOf()),
      await stored(scenarioOf()),
      await stored(scenarioOf()),
    ];
    await changed(second, () => second.send({ kind: 'cancel_requested', by: 'ada', reason: 'No.' }));
    const ids = async (filter: Parameters<WorkflowStore['page']>[0]) =>
      (await inside((tx) => tx.runs.page(filter))).map(({ definition }) => definition.workflow_id);
    expect(await ids({ state: 'running', limit: 2 })).toEqual([idOf(third), idOf(first)]);
    expect((await ids({ state: 'running', before: idOf(third), limit: 1 }))[0]).toBe(idOf(first));
    const canceled = await inside((tx) => tx.runs.page({ state: 'canceled', limit: 50 }));
    expect(canceled.map(({ definition }) => definition.workflow_id)).toContain(idOf(second));
  });

  it('finds steps without a timer, and repairs them', async () => {
    const scenario = await stored(scenarioOf());
    const mine = async () =>
      (await inside((tx) => tx.steps.orphans(Date.now() + 1000)))
        .filter(({ workflowId }) => workflowId === idOf(scenario))
        .map(({ stepId }) => stepId)
        .sort();
    expect(await mine()).toEqual([]);
    await inside((tx) => tx.timers.drop(idOf(scenario)));
    expect(await mine()).toEqual(['review', 'test']);
    await inside((tx) => tx.runs.repair(scenario.workflow));
    expect(await mine()).toEqual([]);
  });

  it('keeps a gate and every decision about it', async () => {
    const scenario = await stored(scenarioOf());
    await inside(async (tx) => {
      await tx.gates.opened({
        workflow_id: idOf(scenario),
        request_id: scenario.workflow.definition.request_id,
        project_id: 'sample',
        gate_id: idFrom(0xaaa),
        step_id: 'review',
        kind: 'plan_approval',
        subject_digest: `sha256:${'0'.repeat(64)}`,
        expires_at: '2026-01-02T00:00:00.000Z',
      });
      const decision = {
        gate_id: idFrom(0xaaa),
        workflow_id: idOf(scenario),
        subject_digest: `sha256:${'0'.repeat(64)}`,
        decision: 'approved' as const,
        approval_id: idFrom(0xbbb),
        decided_by: 'grace',
      };
      await tx.gates.remember(decision);
      await tx.gates.remember(decision);
      await tx.gates.closed(idFrom(0xaaa), 'approved');
    });
  });

  it('keeps pauses of all dispatch, and finds those during a workflow', async () => {
    const first = { number: 1, pausedBy: 'grace', reason: 'a', pausedAt: 1000, end: undefined };
    const end = { resumedBy: 'ada', reason: 'b', resumedAt: 2000 };
    const second = { number: 2, pausedBy: 'ada', reason: 'c', pausedAt: 3000, end: undefined };
    expect(await inside((tx) => tx.pauses.last())).toBeUndefined();
    await inside((tx) => tx.pauses.insert(first));
    expect(await inside((tx) => tx.pauses.whileWorking())).toEqual(first);
    await inside((tx) => tx.pauses.end({ ...first, end }));
    expect(await inside((tx) => tx.pauses.whileWorking())).toBeUndefined();
    await inside((tx) => tx.pauses.insert(second));
    expect(await inside((tx) => tx.pauses.lock())).toEqual(second);
    expect(await inside((tx) => tx.pauses.since(1999))).toEqual([{ ...first, end }, second]);
    expect(await inside((tx) => tx.pauses.since(2000))).toEqual([second]);
  });
}
