import { escalationSubjectDigest, gateClosed, gateOpened, workflowEscalated } from '@ymera/contracts';
import { base, loopingPlan, oid, planOf, test as testStep } from '../../testing/plans';
import { badFinding, passedTests, WorkflowScenario } from '../../testing/workflow-scenario';
import { eventOfTimer, timersOf } from '../workflow/timers';

const failing = { tests: { ...passedTests(), failed: 1, exit_code: 1 }, findings: [badFinding] };

/** One more attempt of the producing step, rejected again. */
function failAgain(scenario: WorkflowScenario): void {
  scenario.do('enhance', { change: { base, patch: 'still bad' } });
  scenario.recordCommit();
  scenario.do('test', failing);
}

/** `test` has used its one round of rework; its second rejection escalates to a person. */
function escalated(): WorkflowScenario {
  const scenario = new WorkflowScenario(loopingPlan);
  scenario.change();
  scenario.do('test', failing);
  failAgain(scenario);
  return scenario;
}

const gateOf = (scenario: WorkflowScenario) => {
  const { gate } = scenario.step('test');
  if (!gate?.escalation) throw new Error('no escalation');
  return { ...gate, escalation: gate.escalation };
};

describe('an exhausted rework loop', () => {
  it('escalates to a person instead of failing: a gate about the rejected change, and an event for the alert', () => {
    const scenario = escalated();
    expect(scenario.workflow.state).toBe('running');
    expect(scenario.states()).toMatchObject({
      enhance: 'completed',
      test: 'waiting_gate',
      validate: 'pending',
    });
    const gate = gateOf(scenario);
    expect(gate.subjectDigest).toBe(escalationSubjectDigest(gate.escalation));
    expect(gate.escalation).toMatchObject({
      step_id: 'test',
      escalation: 1,
      rounds: 1,
      error: { code: 'tests_failed' },
      findings: [badFinding],
      change: { commit: oid('c'), tree: oid('7'), base },
    });
    const opened = scenario.facts('gate_opened').map(({ payload }) => gateOpened.payload.parse(payload));
    expect(opened).toMatchObject([{ kind: 'escalation', step_id: 'test', gate_id: gate.gateId }]);
    const told = scenario
      .facts('workflow_escalated')
      .map(({ payload }) => workflowEscalated.payload.parse(payload));
    expect(told).toMatchObject([{ gate_id: gate.gateId, rounds: 1, findings: [badFinding] }]);
    expect(told[0]?.reason).toContain('1 of 4 tests failed');
  });

  it('waits under a timer, so that it never waits forever', () => {
    const { workflow, context } = escalated();
    expect(timersOf(workflow, context.policy)).toContainEqual(
      expect.objectContaining({ stepId: 'test', kind: 'gate_expiry', dueAt: context.now + 86_400_000 }),
    );
  });

  it('fails at once where the plan has no loop', () => {
    const scenario = new WorkflowScenario(planOf([{ ...testStep, depends_on: [] }]));
    scenario.do('test', failing);
    expect(scenario.workflow).toMatchObject({ state: 'failed', error: { code: 'tests_failed' } });
    expect(scenario.facts('workflow_escalated')).toEqual([]);
  });
});

describe('an escalation to a person', () => {
  it('starts one more round on retry, with the note before the findings', () => {
    const scenario = escalated();
    scenario.choose('test', 'retry', 'Close the file as well.');
    expect(scenario.states()).toMatchObject({ review: 'completed', enhance: 'ready', test: 'pending' });
    scenario.assign('enhance');
    expect(scenario.sent('task').at(-1)?.payload.input.feedback).toEqual([
      { code: 'note', severity: 'high', message: 'grace: Close the file as well.' },
      badFinding,
    ]);
    const closed = scenario.facts('gate_closed').map(({ payload }) => gateClosed.payload.parse(payload));
    expect(closed).toMatchObject([{ outcome: 'approved', option: 'retry' }]);
  });

  it('follows a retried round again, three times in all, before the workflow fails', () => {
    const scenario = escalated();
    const digests = [gateOf(scenario).subjectDigest];
    for (const round of [2, 3]) {
      scenario.choose('test', 'retry');
      failAgain(scenario);
      expect(gateOf(scenario).escalation).toMatchObject({ escalation: round, rounds: round });
      digests.push(gateOf(scenario).subjectDigest);
    }
    expect(new Set(digests).size).toBe(3);
    scenario.choose('test', 'retry');
    failAgain(scenario);
    expect(scenario.workflow).toMatchObject({ state: 'failed', error: { code: 'rework_exhausted' } });
    expect(scenario.workflow.error?.message).toContain('1 of 4 tests failed');
    expect(scenario.facts('workflow_escalated')).toHaveLength(3);
  });

  it('ends the workflow on take_over, with the last proposed commit in its result', () => {
    const scenario = escalated();
    scenario.choose('test', 'take_over', 'I know this one.');
    expect(scenario.workflow).toMatchObject({ state: 'failed', error: { code: 'taken_over' } });
    expect(scenario.workflow.error?.message).toContain(oid('c'));
    expect(scenario.workflow.error?.message).toContain('I know this one.');
    const { change } = gateOf(scenario).escalation;
    expect(scenario.facts('workflow_failed')[0]?.payload.result.change).toMatchObject({
      change_id: change?.change_id,
      commit: oid('c'),
      tree: oid('7'),
    });
    expect(scenario.workflow.error?.suggestion).toContain(`refs/ymera/changes/${change?.change_id}`);
  });

  it('ends the workflow on abandon as if it had not escalated', () => {
    const scenario = escalated();
    scenario.choose('test', 'abandon');
    expect(scenario.workflow).toMatchObject({ state: 'failed', error: { code: 'rework_exhausted' } });
    expect(scenario.workflow.error?.message).toContain('1 of 4 tests failed');
    expect(scenario.facts('gate_closed').at(-1)?.payload).toMatchObject({
      outcome: 'denied',
      option: 'abandon',
    });
  });

  it('is abandoned when no decision comes in time', () => {
    const scenario = escalated();
    const event = eventOfTimer(scenario.workflow, 'test', 'gate_expiry');
    if (!event) throw new Error('no timer');
    scenario.wait(86_400_000).send(event);
    expect(scenario.workflow).toMatchObject({ state: 'failed', error: { code: 'rework_exhausted' } });
    expect(scenario.facts('gate_closed').at(-1)?.payload).toMatchObject({ outcome: 'expired' });
  });

  it('accepts one decision, and none about an older digest or without an option', () => {
    const scenario = escalated();
    const stale = gateOf(scenario);
    const decision = {
      gate_id: stale.gateId,
      workflow_id: scenario.workflow.definition.workflow_id,
      subject_digest: stale.subjectDigest,
      decision: 'approved' as const,
      approval_id: stale.gateId,
      decided_by: 'grace',
    };
    expect(scenario.send({ kind: 'gate_decided', decision })).toEqual([]);
    scenario.choose('test', 'retry');
    const { workflow } = scenario;
    expect(scenario.send({ kind: 'gate_decided', decision: { ...decision, option: 'take_over' } })).toEqual(
      [],
    );
    expect(scenario.workflow).toBe(workflow);
    failAgain(scenario);
    const { gateId } = gateOf(scenario);
    const late = { ...decision, gate_id: gateId, option: 'take_over' as const };
    expect(scenario.send({ kind: 'gate_decided', decision: late })).toEqual([]);
    expect(scenario.workflow.state).toBe('running');
  });

  it('is no longer awaited when the workflow is canceled', () => {
    const scenario = escalated();
    scenario.send({ kind: 'cancel_requested', by: 'ada', reason: 'No.' });
    expect(scenario.workflow.state).toBe('canceled');
    expect(scenario.facts('gate_closed').at(-1)?.payload).toMatchObject({ outcome: 'voided' });
    expect(scenario.choose('test', 'retry')).toEqual([]);
  });
});
