import type { ErrorShape } from '@ymera/contracts';
import { base, enhancePlan, loopingPlan, planOf, review } from '../../testing/plans';
import { badFinding, passedTests, WorkflowScenario } from '../../testing/workflow-scenario';
import { needOfStep } from '../step/need-of-step';
import { defaultWorkflowPolicy } from '../workflow/workflow-policy';
import { workflowView } from '../workflow/workflow-view';

const lost = (scenario: WorkflowScenario, stepId = 'review') =>
  scenario.send({ kind: 'attempt_lost', stepId, key: scenario.attempt(stepId), cause: 'lease_expired' });

describe('an attempt', () => {
  it('goes to another agent at once when its lease is lost, and cancels the agent that lost it', () => {
    const scenario = new WorkflowScenario(enhancePlan);
    scenario.assign('review', 'examiner-1');
    scenario.accept('review');
    lost(scenario);
    expect(scenario.step('review')).toMatchObject({ state: 'ready', failures: 1 });
    expect(scenario.sent('cancel').map(({ principalId }) => principalId)).toEqual(['examiner-1-principal']);
    scenario.assign('review', 'examiner-2');
    expect(scenario.attempt('review')).toMatchObject({ attempt: 2, fencingToken: 2, agentId: 'examiner-2' });
  });

  it('is fenced once it is lost: a late result has no effect', () => {
    const scenario = new WorkflowScenario(enhancePlan);
    scenario.assign('review', 'examiner-1');
    const first = scenario.attempt('review');
    lost(scenario);
    scenario.assign('review', 'examiner-2');
    const before = scenario.workflow;
    scenario.end('review', {}, first);
    expect(scenario.workflow).toBe(before);
    expect(scenario.sent('result_refused')[0]).toMatchObject({
      principalId: 'examiner-1-principal',
      payload: { error: { code: 'fenced' }, fencing_token: 1 },
    });
  });

  it('counts lost leases against the plan’s attempts', () => {
    const scenario = new WorkflowScenario(enhancePlan);
    for (const agent of ['a-1', 'a-2', 'a-3']) {
      scenario.assign('review', agent);
      lost(scenario);
    }
    expect(scenario.workflow).toMatchObject({ state: 'failed', error: { code: 'agent_lost' } });
  });

  it('backs off longer after each retryable failure, then fails with the agent’s own code', () => {
    const scenario = new WorkflowScenario(enhancePlan);
    const pauses: number[] = [];
    const error = { code: 'network', message: 'No route.', retryable: true };
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      scenario.do('review', { outcome: 'failed', error });
      pauses.push((scenario.step('review').wakeAt ?? 0) - scenario.context.now);
      scenario.send({ kind: 'backoff_over', stepId: 'review' });
    }
    expect(pauses).toEqual([375, 750]);
    scenario.do('review', { outcome: 'failed', error });
    expect(scenario.workflow).toMatchObject({ state: 'failed', error: { code: 'network' } });
  });

  it('does not count a declined offer as a failure, but limits declines', () => {
    const scenario = new WorkflowScenario(planOf([{ ...review, max_attempts: 1 }]));
    const decline = () =>
      scenario.send({
        kind: 'task_declined',
        claim: scenario.claim(scenario.attempt('review')),
        code: 'busy',
        message: 'All slots are taken.',
      });
    scenario.assign('review');
    decline();
    expect(scenario.step('review')).toMatchObject({ state: 'ready', failures: 0 });
    for (let declines = 2; declines <= defaultWorkflowPolicy.maxDeclines + 1; declines += 1) {
      scenario.assign('review');
      decline();
      scenario.send({ kind: 'backoff_over', stepId: 'review' });
    }
    expect(scenario.workflow.error?.code).toBe('task_declined');
  });

  it('does not count an unanswered offer as a failure: no work began', () => {
    const scenario = new WorkflowScenario(planOf([{ ...review, max_attempts: 1 }]));
    const ignore = () => {
      scenario.assign('review');
      scenario.send({
        kind: 'attempt_lost',
        stepId: 'review',
        key: scenario.attempt('review'),
        cause: 'offer_expired',
      });
    };
    ignore();
    expect(scenario.step('review')).toMatchObject({ state: 'ready', failures: 0, declines: 1 });
    for (let offers = 2; offers <= defaultWorkflowPolicy.maxDeclines + 1; offers += 1) ignore();
    expect(scenario.workflow.error?.code).toBe('agent_lost');
  });

  it('answers a repeated result the same way, without a second effect', () => {
    const scenario = new WorkflowScenario(enhancePlan);
    scenario.do('review');
    const attempt = scenario.attempt('review');
    const before = scenario.workflow;
    scenario.end('review', {}, attempt);
    expect(scenario.workflow).toBe(before);
    expect(scenario.sent('result_accepted')).toHaveLength(2);
    expect(scenario.sent('result_refused')).toHaveLength(0);
  });

  it.each([
    ['another agent', { agentId: 'someone-else' }, 'not_holder'],
    ['another principal', { principalId: 'someone-else' }, 'not_holder'],
    ['another fencing token', { fencingToken: 99 }, 'fenced'],
    ['an older credential epoch', { credentialEpoch: 2 }, 'fenced'],
    ['an agent that is retired', { credentialEpoch: undefined }, 'fenced'],
    ['a task that does not exist', { taskId: '01936d00-0000-7000-8000-00000000dead' }, 'unknown_task'],
    ['an attempt that does not exist', { attempt: 2 }, 'unknown_task'],
  ])('refuses a result of %s', (_, changed, code) => {
    const scenario = new WorkflowScenario(enhancePlan);
    scenario.assign('review');
    const attempt = scenario.attempt('review');
    scenario.send({
      kind: 'task_ended',
      claim: scenario.claim(attempt, changed),
      result: {
        agent_id: attempt.agentId,
        task_id: attempt.taskId,
        attempt: attempt.attempt,
        fencing_token: attempt.fencingToken,
        outcome: 'completed',
        artefacts: [],
      },
    });
    expect(scenario.step('review').state).toBe('dispatched');
    expect(scenario.sent('result_refused')[0]?.payload.error.code).toBe(code);
  });

  it('may end before its acceptance arrives', () => {
    const scenario = new WorkflowScenario(enhancePlan);
    scenario.assign('review');
    scenario.end('review');
    expect(scenario.step('review').state).toBe('completed');
    expect(scenario.accept('review')).toEqual([]);
  });

  it('fails when it is not over by its deadline, and is not tried again by the same agent', () => {
    const scenario = new WorkflowScenario(enhancePlan);
    scenario.assign('review', 'examiner-1');
    scenario.accept('review');
    scenario.send({ kind: 'deadline_passed', stepId: 'review', key: scenario.attempt('review') });
    expect(scenario.sent('cancel')).toHaveLength(1);
    expect(scenario.step('review')).toMatchObject({ state: 'ready', failures: 1 });
    expect(needOfStep(scenario.workflow, 'review')).toMatchObject({ failed: ['examiner-1'] });
    scenario.exhaustAgents('review');
    expect(scenario.workflow.error).toMatchObject({ code: 'agent_failed' });
  });

  it.each<[string, ErrorShape]>([
    ['an error that cannot be retried', { code: 'agent_failed', message: 'Code 1.', retryable: false }],
    ['an error of its machine', { code: 'sandbox_failed', message: 'No.', retryable: false }],
    ['a code that is not declared', { code: 'no_model', message: 'No model.', retryable: false }],
  ])('goes to another agent after %s, with what was found', (_, error) => {
    const scenario = new WorkflowScenario(enhancePlan);
    scenario.do('review', { outcome: 'failed', error, findings: [badFinding] }, 'examiner-1');
    expect(scenario.workflow.state).toBe('running');
    expect(needOfStep(scenario.workflow, 'review')).toMatchObject({
      failed: ['examiner-1'],
      avoided: ['examiner-1'],
    });
    scenario.assign('review', 'examiner-2');
    expect(scenario.sent('task').at(-1)).toMatchObject({
      principalId: 'examiner-2-principal',
      payload: { attempt: 2, input: { feedback: [badFinding] } },
    });
    scenario.end('review');
    expect(scenario.step('review').state).toBe('completed');
  });

  it('is only avoided, not kept from its agent, after an error that can be retried', () => {
    const scenario = new WorkflowScenario(enhancePlan);
    const error = { code: 'network', message: 'No route.', retryable: true };
    scenario.do('review', { outcome: 'failed', error }, 'examiner-1');
    expect(needOfStep(scenario.workflow, 'review')).toMatchObject({ failed: [], avoided: ['examiner-1'] });
  });

  it.each([
    ['the project’s own', { code: 'tests_did_not_end' }],
    ['the request’s own', { code: 'plan_invalid' }],
    ['the project’s own by what the agent says', { code: 'agent_failed', fault: 'project' as const }],
  ])('ends the workflow when the error is %s: it is the same for every agent', (_, error) => {
    const scenario = new WorkflowScenario(enhancePlan);
    scenario.do('review', { outcome: 'failed', error: { ...error, message: 'No.', retryable: false } });
    expect(scenario.workflow).toMatchObject({ state: 'failed', error: { code: error.code } });
  });

  it('counts failures of different agents against the plan’s attempts', () => {
    const scenario = new WorkflowScenario(enhancePlan);
    for (const agent of ['a-1', 'a-2', 'a-3']) {
      expect(scenario.workflow.state).toBe('running');
      const error = { code: 'agent_failed', message: `${agent} crashed.`, retryable: false };
      scenario.do('review', { outcome: 'failed', error }, agent);
    }
    expect(scenario.workflow).toMatchObject({ state: 'failed', error: { message: 'a-3 crashed.' } });
  });

  it('says who failed the step when no other agent took it in time', () => {
    const scenario = new WorkflowScenario(enhancePlan);
    const error = { code: 'agent_failed', message: 'Code 1.', retryable: false };
    scenario.do('review', { outcome: 'failed', error }, 'examiner-1');
    scenario.send({ kind: 'queue_expired', stepId: 'review' });
    expect(scenario.workflow.error).toMatchObject({
      code: 'agent_unavailable',
      message: expect.stringContaining('No agent but examiner-1, which failed it, took review'),
    });
  });

  it('is free for every agent again once the work was sent back', () => {
    const scenario = new WorkflowScenario(loopingPlan);
    const error = { code: 'agent_failed', message: 'Code 1.', retryable: false };
    scenario.do('review');
    scenario.do('enhance', { outcome: 'failed', error }, 'coder-1');
    scenario.do('enhance', { change: { base, patch: 'diff' } }, 'coder-2');
    scenario.recordCommit();
    scenario.do('test', { tests: { ...passedTests(), failed: 1, exit_code: 1 } });
    expect(scenario.step('enhance').state).toBe('ready');
    expect(needOfStep(scenario.workflow, 'enhance')).toMatchObject({ failed: [], avoided: [] });
  });

  it('cancels an agent that begins work which was taken from it meanwhile', () => {
    const scenario = new WorkflowScenario(enhancePlan);
    scenario.assign('review', 'examiner-1');
    const first = scenario.attempt('review');
    lost(scenario);
    scenario.send({ kind: 'task_accepted', claim: scenario.claim(first) });
    expect(scenario.sent('cancel')).toHaveLength(2);
    expect(scenario.step('review').state).toBe('ready');
  });

  it('is dispatched again when its agent stops it unasked', () => {
    const scenario = new WorkflowScenario(enhancePlan);
    scenario.do('review', { outcome: 'canceled' });
    expect(scenario.step('review')).toMatchObject({ state: 'ready', failures: 1 });
    expect(scenario.sent('result_accepted')).toHaveLength(1);
  });
});

describe('a canceled workflow', () => {
  it('cancels attempts in progress and fences late results', () => {
    const scenario = new WorkflowScenario(enhancePlan);
    scenario.assign('review');
    scenario.accept('review');
    scenario.send({ kind: 'cancel_requested', by: 'ada', reason: 'Not needed.' });
    expect(scenario.workflow.state).toBe('canceled');
    expect(scenario.sent('cancel')).toHaveLength(1);
    scenario.end('review');
    expect(scenario.sent('result_refused')[0]?.payload.error.code).toBe('fenced');
    expect(scenario.workflow.state).toBe('canceled');
  });

  it('records when the agent confirmed that it stopped', () => {
    const scenario = new WorkflowScenario(enhancePlan);
    scenario.assign('review');
    scenario.send({ kind: 'cancel_requested', by: 'ada', reason: 'Not needed.' });
    scenario.wait(80).end('review', { outcome: 'canceled' });
    expect(scenario.attempt('review')).toMatchObject({ state: 'canceled', stoppedAt: scenario.context.now });
    const [seen] = workflowView(scenario.workflow, new Map()).steps;
    expect(seen).toMatchObject({ stopped_at: new Date(scenario.context.now).toISOString() });
    expect(scenario.sent('result_accepted')).toHaveLength(1);
  });

  it('withdraws a landing in progress, and repeats only the withdrawal until it is answered', () => {
    const scenario = new WorkflowScenario(enhancePlan);
    scenario.approvedChange();
    scenario.send({ kind: 'cancel_requested', by: 'ada', reason: 'Wait!' });
    const [withdrawal, ...others] = scenario.orders('withdraw_landing');
    expect(withdrawal).toEqual({
      kind: 'withdraw_landing',
      payload: {
        project_id: 'sample',
        workflow_id: scenario.workflow.definition.workflow_id,
        request_id: scenario.workflow.definition.request_id,
        step_id: 'integrate',
        change_id: landing(scenario),
        canceled_by: 'ada',
        reason: 'Wait!',
      },
    });
    expect(others).toEqual([]);
    scenario.send({ kind: 'integration_overdue', stepId: 'integrate' });
    expect(scenario.orders('withdraw_landing')).toEqual([withdrawal, withdrawal]);
    expect(scenario.orders('land')).toHaveLength(1);
    expect(scenario.step('integrate').wakeAt).toBeGreaterThan(scenario.context.now);
    scenario.refuseLanding(undefined, 'landing_withdrawn');
    expect(scenario.workflow.state).toBe('canceled');
  });

  it('lands nothing when the landing is refused, and completes when it had landed already', () => {
    for (const lands of [true, false]) {
      const scenario = new WorkflowScenario(enhancePlan);
      scenario.approvedChange();
      scenario.send({ kind: 'cancel_requested', by: 'ada', reason: 'Wait!' });
      expect(scenario.workflow.state).toBe('running');
      if (lands) scenario.land(landing(scenario));
      else
        scenario.send({
          kind: 'landing_refused',
          refusal: {
            project_id: 'sample',
            workflow_id: scenario.workflow.definition.workflow_id,
            request_id: scenario.workflow.definition.request_id,
            step_id: 'integrate',
            change_id: landing(scenario),
            error: { code: 'base_moved', message: 'main has moved.', retryable: true },
          },
        });
      expect(scenario.workflow.state).toBe(lands ? 'completed' : 'canceled');
    }
  });
});

describe('an answer that integration owes', () => {
  it('is requested again, unchanged, when it does not come', () => {
    const scenario = new WorkflowScenario(enhancePlan);
    scenario.do('review');
    scenario.do('enhance', { change: { base, patch: 'diff' } });
    scenario.wait(60_000).send({ kind: 'integration_overdue', stepId: 'enhance' });
    const [first, second] = scenario.orders('materialise');
    expect(second).toEqual(first);
    expect(scenario.step('enhance').wakeAt).toBeGreaterThan(scenario.context.now);
  });

  it('is requested again as soon for a landing as for a commit, but never later than the plan’s limit', () => {
    const scenario = new WorkflowScenario(enhancePlan);
    const { commitTimeoutMs } = scenario.context.policy;
    scenario.approvedChange();
    expect(scenario.step('integrate').wakeAt).toBe(scenario.context.now + commitTimeoutMs);
    scenario.wait(commitTimeoutMs).send({ kind: 'integration_overdue', stepId: 'integrate' });
    expect(scenario.step('integrate').wakeAt).toBe(scenario.context.now + commitTimeoutMs);
    const hasty = new WorkflowScenario(enhancePlan);
    hasty.context.policy = { ...hasty.context.policy, commitTimeoutMs: 3_600_000 };
    hasty.approvedChange();
    expect(hasty.step('integrate').wakeAt).toBe(hasty.context.now + 120_000);
  });

  it('never fails a landing by timeout alone: only integration knows whether it landed', () => {
    const scenario = new WorkflowScenario(enhancePlan);
    scenario.approvedChange();
    scenario.wait(4_000_000).send({ kind: 'budget_spent' });
    scenario.send({ kind: 'integration_overdue', stepId: 'integrate' });
    expect(scenario.workflow.state).toBe('running');
    expect(scenario.orders('land')).toHaveLength(2);
    scenario.land(landing(scenario));
    expect(scenario.workflow.state).toBe('completed');
  });
});

describe('bounds', () => {
  it('ends a workflow that exceeds its budget, and names what it was doing', () => {
    const scenario = new WorkflowScenario(enhancePlan);
    scenario.assign('review');
    scenario.wait(3_600_000).send({ kind: 'budget_spent' });
    expect(scenario.workflow.error).toMatchObject({ code: 'budget_exhausted' });
    expect(scenario.workflow.error?.message).toContain('review was dispatched');
    expect(scenario.states()).toMatchObject({ review: 'canceled', enhance: 'skipped' });
  });

  it('stops waiting for an agent and names the reason that none came', () => {
    const scenario = new WorkflowScenario(enhancePlan);
    scenario.send({
      kind: 'agent_missing',
      stepId: 'review',
      reason: 'No EXAMINATION agent can take it: 1 offline.',
    });
    scenario.send({ kind: 'queue_expired', stepId: 'review' });
    expect(scenario.workflow.error).toMatchObject({ code: 'agent_unavailable' });
    expect(scenario.workflow.error?.message).toContain('1 offline');
  });

  it('adds up the tools’ time over all attempts', () => {
    const scenario = new WorkflowScenario(planOf([review]));
    scenario.do('review', {
      outcome: 'failed',
      metrics: { tool_ms: 5 },
      error: { code: 'x', message: 'x', retryable: true },
    });
    scenario.send({ kind: 'backoff_over', stepId: 'review' });
    scenario.do('review', { metrics: { tool_ms: 7 }, tests: passedTests() });
    expect(scenario.facts('workflow_completed')[0]?.payload.result.tool_ms).toBe(12);
  });
});

function landing(scenario: WorkflowScenario): string {
  const [order] = scenario.orders('land');
  if (order?.kind !== 'land') throw new Error('nothing was ordered to land');
  return order.payload.change_id;
}
