import type { WorkflowStore } from '../../application/ports';
import { enhancePlan } from '../plans';
import { idFrom } from '../workflow-scenario';
import { idOf, type StoresUnderTest } from './stores-under-test';

export function describeWorkflows({
  inside,
  scenarioOf,
  stored,
  changed,
  dispatched,
}: StoresUnderTest): void {
  it('gives back a run as it was stored, with its trace, and only once', async () => {
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

  it('deletes a workflow with all that belongs to it when it ended so long ago, and none that runs', async () => {
    const { scenario: running } = await dispatched('retention-1');
    const { scenario: old, attempt } = await dispatched('retention-2');
    const logOf = () => inside((tx) => tx.attempts.logOf(attempt));
    await inside((tx) => tx.attempts.appendLog(attempt, { offset: 0, chunk: 'output' }));
    const gate = idFrom(0xaf000);
    await inside((tx) =>
      tx.gates.opened({
        ...old.workflowIds,
        gate_id: gate,
        step_id: 'review',
        kind: 'plan_approval',
        subject_digest: `sha256:${'0'.repeat(64)}`,
        expires_at: '2026-01-02T00:00:00.000Z',
      }),
    );
    await changed(old, () => old.send({ kind: 'cancel_requested', by: 'ada', reason: 'No.' }));
    const endedAt = old.workflow.endedAt ?? 0;
    const logs = (time: number) => inside((tx) => tx.runs.deleteLogsOfEndedBefore(time, 1000));
    const workflows = (time: number) => inside((tx) => tx.runs.deleteEndedBefore(time, 1000));
    await logs(endedAt);
    await workflows(endedAt);
    expect(await logOf()).toBe('output');
    expect(await inside((tx) => tx.runs.find(idOf(old)))).toBeDefined();
    expect(await logs(endedAt + 1)).toBe(1);
    expect(await logs(endedAt + 1)).toBe(0);
    expect(await logOf()).toBe('');
    expect(await workflows(endedAt + 1)).toBeGreaterThanOrEqual(1);
    expect(await workflows(Number.MAX_SAFE_INTEGER / 2 ** 12)).toBeGreaterThanOrEqual(0);
    expect(await inside((tx) => tx.runs.find(idOf(old)))).toBeUndefined();
    expect(await inside((tx) => tx.attempts.workflowOf(attempt.taskId))).toBeUndefined();
    expect(await inside((tx) => tx.runs.find(idOf(running)))).toBeDefined();
    await inside((tx) => tx.directory.retire('retention-1', 9));
    await inside((tx) => tx.directory.retire('retention-2', 9));
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
