import { landChange, remakeChange, type changeRefused, type PayloadOf } from '@ymera/contracts';
import { base, enhancePlan, gatedPlan, oid } from '../../testing/plans';
import { approvingVerdict, badFinding, passedTests, WorkflowScenario } from '../../testing/workflow-scenario';
import { eventOfTimer, timersOf } from '../workflow/timers';

type Refusal = PayloadOf<typeof changeRefused>;

const head = oid('e');
const again = { commit: oid('d'), tree: oid('8') };

/** Ordered to land, but another change landed first. */
function overtaken(scenario = new WorkflowScenario(enhancePlan)): WorkflowScenario {
  scenario.approvedChange();
  scenario.refuseLanding(head);
  return scenario;
}

const examineAgain = (scenario: WorkflowScenario, base_ = head) => {
  scenario.do('test', { tests: passedTests(again.tree) });
  scenario.do('validate', { verdict: { ...approvingVerdict(), ...again, base: base_ } });
};
const landings = (scenario: WorkflowScenario): readonly PayloadOf<typeof landChange>[] =>
  scenario
    .orders('land')
    .flatMap((order) => (order.kind === 'land' ? [landChange.payload.parse(order.payload)] : []));
const rebases = (scenario: WorkflowScenario) =>
  scenario.orders('remake').map(({ payload }) => remakeChange.payload.parse(payload));

function refuseRebase(
  scenario: WorkflowScenario,
  base: string,
  error: Refusal['error'],
  findings: Refusal['findings'] = [],
): void {
  const { taskId, attempt, agentId } = scenario.attempt('enhance');
  const { workflow_id, request_id } = scenario.workflow.definition;
  scenario.send({
    kind: 'change_refused',
    refusal: {
      project_id: 'sample',
      workflow_id,
      request_id,
      step_id: 'enhance',
      task_id: taskId,
      attempt,
      agent_id: agentId,
      base,
      error,
      findings,
    },
  });
}

describe('a branch that moved before the landing', () => {
  it('has the change rebased on the new head and voids everything decided about the old one', () => {
    const scenario = overtaken();
    expect(scenario.workflow.state).toBe('running');
    expect(scenario.states()).toMatchObject({
      review: 'completed',
      enhance: 'materialising',
      test: 'pending',
      validate: 'pending',
      integrate: 'pending',
    });
    const [landing] = landings(scenario);
    expect(rebases(scenario)).toMatchObject([
      { change_id: landing?.change_id, onto: head, agent_id: 'enhance-agent', step_id: 'enhance' },
    ]);
  });

  it('tests and examines the change anew, and lands exactly the tree that was tested', () => {
    const scenario = overtaken();
    scenario.rebase(head, again.commit, again.tree);
    scenario.assign('test');
    expect(scenario.sent('task').at(-1)?.payload).toMatchObject({ base: head, input: { change: again } });
    scenario.accept('test');
    scenario.end('test', { tests: passedTests(again.tree) });
    scenario.do('validate', { verdict: { ...approvingVerdict(), ...again, base: head } });
    const last = landings(scenario).at(-1);
    expect(landings(scenario)).toHaveLength(2);
    expect(last).toMatchObject({
      ...again,
      base: head,
      tests: { tree: again.tree },
      verdict: { ...again, base: head },
      producer_agent_id: 'enhance-agent',
    });
    scenario.land(last?.change_id);
    expect(scenario.workflow.state).toBe('completed');
  });

  it('does not count old tests or an old verdict for the new tree', () => {
    const old = overtaken();
    old.rebase(head, again.commit, again.tree);
    old.do('test', { tests: passedTests() });
    old.exhaustAgents('test');
    expect(old.workflow.error?.code).toBe('tests_mismatch');
    const verdict = overtaken();
    verdict.rebase(head, again.commit, again.tree);
    verdict.do('test', { tests: passedTests(again.tree) });
    verdict.do('validate', { verdict: approvingVerdict() });
    verdict.exhaustAgents('validate');
    expect(verdict.workflow.error?.code).toBe('verdict_mismatch');
  });

  it('asks for the approval of the landing again: the first was about another tree', () => {
    const scenario = new WorkflowScenario(gatedPlan);
    scenario.decide('approve_plan', 'approved');
    scenario.approvedChange();
    const first = scenario.step('approve_landing').gate;
    scenario.decide('approve_landing', 'approved');
    scenario.refuseLanding(head);
    scenario.rebase(head, again.commit, again.tree);
    examineAgain(scenario);
    const second = scenario.step('approve_landing').gate;
    expect(scenario.states()).toMatchObject({ approve_plan: 'completed', approve_landing: 'waiting_gate' });
    expect(second?.subjectDigest).not.toBe(first?.subjectDigest);
    expect(landings(scenario)).toHaveLength(1);
    scenario.decide('approve_landing', 'approved');
    expect(landings(scenario).at(-1)?.approval?.subject_digest).toBe(second?.subjectDigest);
  });

  it('sends a conflict back to the producer of the change, on the new base, with both sides', () => {
    const scenario = overtaken();
    const { taskId } = scenario.attempt('enhance');
    const conflict = { ...badFinding, code: 'merge_conflict', evidence: '<<<<<<< a\n=======\n>>>>>>> b' };
    refuseRebase(scenario, head, { code: 'merge_conflict', message: 'a.js', retryable: false }, [conflict]);
    scenario.assign('enhance');
    const { payload } = scenario.sent('task').at(-1) ?? {};
    expect(payload).toMatchObject({ base: head, input: { feedback: [conflict] } });
    expect(payload?.task_id).not.toBe(taskId);
    scenario.accept('enhance');
    scenario.end('enhance', { change: { base: head, patch: 'diff' } });
    expect(scenario.orders('materialise').at(-1)?.payload).toMatchObject({ base: head });
  });

  it('ignores a refusal about a head that is itself outdated', () => {
    const scenario = overtaken();
    const before = scenario.workflow;
    for (const code of ['merge_conflict', 'change_empty'])
      refuseRebase(scenario, oid('f'), { code, message: 'Late.', retryable: false });
    expect(scenario.workflow).toEqual(before);
  });

  it('ends the workflow when nothing of the change is left to land', () => {
    const scenario = overtaken();
    refuseRebase(scenario, head, {
      code: 'change_empty',
      message: 'It has landed already.',
      retryable: false,
    });
    expect(scenario.workflow).toMatchObject({ state: 'failed', error: { code: 'change_empty' } });
  });

  it('repeats the order to integration when no answer comes, and ignores a late answer about another base', () => {
    const scenario = overtaken();
    expect(scenario.rebase(base, oid('c'), oid('7'))).toEqual([]);
    const timer = timersOf(scenario.workflow, scenario.context.policy).find(
      ({ stepId }) => stepId === 'enhance',
    );
    const event = timer && eventOfTimer(scenario.workflow, timer.stepId, timer.kind);
    if (!event) throw new Error('no timer');
    scenario.wait(60_000).send(event);
    expect(rebases(scenario)).toHaveLength(2);
    expect(rebases(scenario)[1]).toEqual(rebases(scenario)[0]);
    scenario.rebase(head, again.commit, again.tree);
    expect(scenario.rebase(head, again.commit, again.tree)).toEqual([]);
  });

  it('rebases as often as the policy allows, then fails with that reason', () => {
    const scenario = overtaken();
    const { maxBaseMoves } = scenario.context.policy;
    for (let move = 2; move <= maxBaseMoves + 1; move += 1) {
      const onto = scenario.workflow.base ?? '';
      scenario.rebase(onto, again.commit, again.tree);
      examineAgain(scenario, onto);
      expect(scenario.workflow.state).toBe('running');
      scenario.refuseLanding(move.toString(16).padStart(40, '0'));
    }
    expect(scenario.workflow).toMatchObject({ state: 'failed', error: { code: 'base_moved' } });
    expect(rebases(scenario)).toHaveLength(maxBaseMoves);
  });

  it('is canceled instead if a person canceled, and fails when the head of the branch is unknown', () => {
    const canceled = new WorkflowScenario(enhancePlan);
    canceled.approvedChange();
    canceled.send({ kind: 'cancel_requested', by: 'ada', reason: 'No.' });
    canceled.refuseLanding(head);
    expect(canceled.workflow.state).toBe('canceled');
    const lost = new WorkflowScenario(enhancePlan);
    lost.approvedChange();
    lost.refuseLanding(undefined);
    expect(lost.workflow).toMatchObject({ state: 'failed', error: { code: 'base_moved' } });
  });

  it('can be canceled during the rebase', () => {
    const scenario = overtaken();
    scenario.send({ kind: 'cancel_requested', by: 'ada', reason: 'No.' });
    expect(scenario.workflow.state).toBe('canceled');
    expect(scenario.rebase(head, again.commit, again.tree)).toEqual([]);
  });
});
