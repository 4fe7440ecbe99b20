import { landingSubjectDigest } from '@ymera/contracts';
import {
  enhancePlan,
  gatedPlan,
  loopingPlan,
  oid,
  base,
  planOf,
  review,
  test as testStep,
} from '../../testing/plans';
import { approvingVerdict, badFinding, passedTests, WorkflowScenario } from '../../testing/workflow-scenario';
import { timersOf } from './timers';

describe('a workflow', () => {
  it('goes from the first step to the landed commit', () => {
    const scenario = new WorkflowScenario(enhancePlan);
    expect(scenario.states()).toMatchObject({ review: 'ready', enhance: 'pending' });
    scenario.approvedChange();
    expect(scenario.states()).toMatchObject({ validate: 'completed', integrate: 'running' });
    scenario.land();

    expect(scenario.workflow.state).toBe('completed');
    expect(scenario.facts('workflow_completed').map(({ payload }) => payload.result)).toEqual([
      expect.objectContaining({
        change: expect.objectContaining({ commit: oid('c'), agent_id: 'enhance-agent' }),
        verdict: expect.objectContaining({ approved: true, agent_id: 'validate-agent' }),
        landed: { commit: oid('c'), tree: oid('7'), branch: 'main' },
      }),
    ]);
    expect(timersOf(scenario.workflow, scenario.context.policy)).toEqual([]);
  });

  it('numbers its events consecutively', () => {
    const scenario = new WorkflowScenario(gatedPlan);
    scenario.decide('approve_plan', 'approved');
    scenario.approvedChange();
    scenario.decide('approve_landing', 'approved');
    scenario.land();
    const versions = scenario.effects.flatMap((effect) => (effect.kind === 'fact' ? effect.version : []));
    expect(versions).toEqual(versions.map((_, index) => index + 1));
    expect(scenario.workflow.facts).toBe(versions.length);
  });

  it('begins independent steps at once', () => {
    const scenario = new WorkflowScenario(planOf([review, { ...testStep, depends_on: [] }]));
    expect(scenario.states()).toEqual({ review: 'ready', test: 'ready' });
  });

  it('passes findings of a review, change and tests to later steps', () => {
    const scenario = new WorkflowScenario(enhancePlan);
    scenario.do('review', { findings: [badFinding] });
    scenario.assign('enhance');
    expect(scenario.sent('task').at(-1)?.payload.input).toMatchObject({ findings: [badFinding] });
    expect(scenario.sent('task').at(-1)?.payload.input.change).toBeUndefined();
    scenario.end('enhance', { change: { base, patch: 'diff' } });
    scenario.recordCommit();
    scenario.do('test', { tests: passedTests() });
    scenario.assign('validate');
    expect(scenario.sent('task').at(-1)?.payload.input).toMatchObject({
      change: { commit: oid('c'), tree: oid('7'), agent_id: 'enhance-agent' },
      tests: { total: 4 },
    });
  });

  it('completes a changing step only when integration has created its commit', () => {
    const scenario = new WorkflowScenario(enhancePlan);
    scenario.do('review');
    scenario.do('enhance', { change: { base, patch: 'diff' } });
    expect(scenario.states()).toMatchObject({ enhance: 'materialising', test: 'pending' });
    expect(scenario.orders('materialise')).toHaveLength(1);
    scenario.recordCommit();
    expect(scenario.states()).toMatchObject({ enhance: 'completed', test: 'ready' });
  });

  it.each([
    [{ code: 'project_not_found', message: 'No project.', retryable: false }, 'failed', 'failed'],
    [{ code: 'change_empty', message: 'Nothing changed.', retryable: false }, 'running', 'ready'],
    [{ code: 'workspace_gone', message: 'Try again.', retryable: true }, 'running', 'retry_wait'],
  ])('treats a refused change as a failed attempt (%j)', (error, state, stepState) => {
    const scenario = new WorkflowScenario(enhancePlan);
    scenario.do('review');
    scenario.do('enhance', { change: { base, patch: 'diff' } });
    const { taskId, attempt, agentId } = scenario.attempt('enhance');
    scenario.send({
      kind: 'change_refused',
      refusal: {
        project_id: 'sample',
        workflow_id: scenario.workflow.definition.workflow_id,
        request_id: scenario.workflow.definition.request_id,
        step_id: 'enhance',
        task_id: taskId,
        attempt,
        agent_id: agentId,
        error,
        findings: [badFinding],
      },
    });
    expect(scenario.workflow.state).toBe(state);
    expect(scenario.step('enhance').state).toBe(stepState);
    if (state === 'failed') expect(scenario.workflow.error?.code).toBe('project_not_found');
    expect(scenario.attempt('enhance')).toMatchObject({ state: 'failed', error: { code: error.code } });
  });

  it('fails at once with the agent’s code when its error is final for the step, and stops what runs beside it', () => {
    const scenario = new WorkflowScenario(planOf([review, { ...testStep, depends_on: [] }]));
    scenario.assign('review');
    scenario.assign('test');
    scenario.end('review', {
      outcome: 'failed',
      error: { code: 'tests_need_network', message: 'The tests need a network.', retryable: false },
    });
    expect(scenario.workflow).toMatchObject({
      state: 'failed',
      error: { code: 'tests_need_network' },
      failedStepId: 'review',
    });
    expect(scenario.states()).toEqual({ review: 'failed', test: 'canceled' });
    expect(scenario.sent('cancel').map(({ payload }) => payload.agent_id)).toEqual(['test-agent']);
  });

  it('skips steps that never began when it fails', () => {
    const scenario = new WorkflowScenario(enhancePlan);
    scenario.do('review', {
      outcome: 'rejected',
      error: { code: 'not_configured', message: 'No model.', retryable: true },
    });
    scenario.exhaustAgents('review');
    expect(scenario.states()).toEqual({
      review: 'failed',
      enhance: 'skipped',
      test: 'skipped',
      validate: 'skipped',
      integrate: 'skipped',
    });
    expect(scenario.workflow.error).toMatchObject({ code: 'not_configured', retryable: false });
  });

  it.each([
    ['enhance', {}, 'change_empty'],
    ['enhance', { change: { base, patch: '"'.repeat(600_000) } }, 'change_too_large'],
    ['test', {}, 'result_incomplete'],
    ['test', { tests: passedTests(oid('9')) }, 'tests_mismatch'],
    ['test', { tests: { ...passedTests(), failed: 1, exit_code: 1 } }, 'tests_failed'],
    ['test', { tests: { ...passedTests(), exit_code: 2 } }, 'tests_failed'],
    ['test', { outcome: 'failed', tests: { ...passedTests(), failed: 1 } }, 'tests_failed'],
    ['validate', {}, 'result_incomplete'],
    ['validate', { verdict: { ...approvingVerdict(), tree: oid('9') } }, 'verdict_mismatch'],
    ['validate', { verdict: { ...approvingVerdict(), commit: oid('9') } }, 'verdict_mismatch'],
    ['validate', { verdict: { ...approvingVerdict(), base: oid('9') } }, 'verdict_mismatch'],
    [
      'validate',
      { verdict: { ...approvingVerdict(), approved: false, findings: [badFinding] } },
      'verdict_rejected',
    ],
  ] as const)('fails when step %s returns %j', (stepId, result, code) => {
    const scenario = new WorkflowScenario(enhancePlan);
    scenario.do('review');
    if (stepId !== 'enhance') {
      scenario.do('enhance', { change: { base, patch: 'diff' } });
      scenario.recordCommit();
    }
    if (stepId === 'validate') scenario.do('test', { tests: passedTests() });
    scenario.do(stepId, structuredClone(result) as Parameters<WorkflowScenario['do']>[1]);
    scenario.exhaustAgents(stepId);
    expect(scenario.workflow).toMatchObject({ state: 'failed', failedStepId: stepId, error: { code } });
  });

  it('accepts tests whose every failure is the base’s as well, and no others', () => {
    const tests = { ...passedTests(), passed: 3, failed_on_base: 1, exit_code: 1 };
    const scenario = new WorkflowScenario(enhancePlan);
    scenario.change();
    scenario.do('test', { tests });
    expect(scenario.states()).toMatchObject({ test: 'completed' });
    const guilty = new WorkflowScenario(enhancePlan);
    guilty.change();
    guilty.do('test', { tests: { ...tests, failed: 1 } });
    expect(guilty.workflow.error).toMatchObject({ code: 'tests_failed', fault: 'change' });
    expect(guilty.workflow.error?.message).toContain('not counting 1 that fail on the base as well');
  });

  it('attributes a failure to a fault, from the agent or by its code', () => {
    const faultOf = (error: { code: string; fault?: 'machine' }) => {
      const scenario = new WorkflowScenario(enhancePlan);
      scenario.do('review', { outcome: 'failed', error: { message: 'No.', retryable: false, ...error } });
      scenario.exhaustAgents('review');
      return scenario.workflow.error?.fault;
    };
    expect(faultOf({ code: 'tests_need_network' })).toBe('project');
    expect(faultOf({ code: 'agent_failed', fault: 'machine' })).toBe('machine');
    expect(faultOf({ code: 'never_heard_of' })).toBe('platform');
  });

  it.each([
    ['change', { tests: { ...passedTests(), failed: 1, exit_code: 1 } }],
    ['base', { outcome: 'failed', error: { code: 'tests_need_network', message: 'No.', retryable: false } }],
    [
      'infrastructure',
      { outcome: 'failed', error: { code: 'sandbox_failed', message: 'No.', retryable: true } },
    ],
    ['flaky', { tests: { ...passedTests(), flaky: 1 } }],
  ] as const)('counts the cause of a rejection or failure: %s', (cause, result) => {
    const scenario = new WorkflowScenario(enhancePlan);
    scenario.change();
    scenario.do('test', structuredClone(result));
    expect(scenario.effects.filter(({ kind }) => kind === 'step_rejection')).toEqual([
      { kind: 'step_rejection', payload: { cause } },
    ]);
  });

  it('names the examiner’s findings in the error', () => {
    const scenario = new WorkflowScenario(enhancePlan);
    scenario.change();
    scenario.do('test', { tests: passedTests() });
    scenario.do('validate', { verdict: { ...approvingVerdict(), approved: false, findings: [badFinding] } });
    expect(scenario.workflow.error?.message).toContain('speedup_too_small: The median speed-up is 1.1.');
    expect(scenario.facts('workflow_failed')[0]?.payload.result.verdict).toMatchObject({ approved: false });
  });

  it('ignores a verdict from the agent that made the change', () => {
    const scenario = new WorkflowScenario(enhancePlan);
    scenario.change();
    scenario.do('test', { tests: passedTests() });
    scenario.do('validate', { verdict: approvingVerdict() }, 'enhance-agent');
    scenario.exhaustAgents('validate');
    expect(scenario.workflow.error?.code).toBe('self_verdict');
    expect(scenario.orders('land')).toEqual([]);
  });

  it('fails with the code of a refused landing', () => {
    const scenario = new WorkflowScenario(enhancePlan);
    scenario.approvedChange();
    const { workflow_id, request_id } = scenario.workflow.definition;
    const [order] = scenario.orders('land');
    if (order?.kind !== 'land') throw new Error('nothing was ordered to land');
    scenario.send({
      kind: 'landing_refused',
      refusal: {
        project_id: 'sample',
        workflow_id,
        request_id,
        step_id: 'integrate',
        change_id: order.payload.change_id,
        error: { code: 'commit_mismatch', message: 'Another tree.', retryable: false },
      },
    });
    expect(scenario.workflow).toMatchObject({ state: 'failed', error: { code: 'commit_mismatch' } });
  });
});

describe('messages of a workflow', () => {
  it('stay far below 1 MiB, whatever agents find', () => {
    const scenario = new WorkflowScenario(gatedPlan);
    const findings = Array.from({ length: 500 }, (_, line) => ({
      ...badFinding,
      severity: 'medium' as const,
      line: line + 1,
      message: 'ä'.repeat(1000),
    }));
    scenario.decide('approve_plan', 'approved');
    scenario.do('review', { findings });
    scenario.do('enhance', { change: { base, patch: 'diff' }, findings });
    scenario.recordCommit();
    scenario.do('test', { tests: passedTests(), findings });
    scenario.do('validate', { verdict: { ...approvingVerdict(), findings }, findings });
    scenario.decide('approve_landing', 'approved');
    scenario.land();
    expect(scenario.workflow.state).toBe('completed');
    const sizes = scenario.effects.map(({ payload }) => Buffer.byteLength(JSON.stringify(payload)));
    expect(Math.max(...sizes)).toBeLessThan(600_000);
  });
});

describe('an error of a workflow', () => {
  it('is truncated to the limit of its message', () => {
    const steps = Array.from({ length: 200 }, (_, index) => ({
      ...review,
      step_id: `a_step_with_a_rather_long_name_${index}`,
    }));
    const scenario = new WorkflowScenario(planOf(steps));
    scenario.send({ kind: 'budget_spent' });
    expect(scenario.workflow.error?.message).toHaveLength(4000);
  });
});

describe('the rework loop', () => {
  const failing = { tests: { ...passedTests(), failed: 1, exit_code: 1 }, findings: [badFinding] };

  it('sends rejected work back with the findings, as a new task under a higher token', () => {
    const scenario = new WorkflowScenario(loopingPlan);
    scenario.change();
    const first = scenario.attempt('enhance');
    scenario.do('test', failing);
    expect(scenario.states()).toMatchObject({ review: 'completed', enhance: 'ready', test: 'pending' });
    scenario.assign('enhance');
    const second = scenario.attempt('enhance');
    expect(second.taskId).not.toBe(first.taskId);
    expect(second.fencingToken).toBeGreaterThan(first.fencingToken);
    expect(scenario.sent('task').at(-1)?.payload.input.findings).toEqual([badFinding]);
  });

  it('separates the reason of the previous rejection from other findings, and has none in the first round', () => {
    const scenario = new WorkflowScenario(loopingPlan);
    scenario.do('review', { findings: [{ code: 'slow', severity: 'low', message: 'Slow.' }] });
    scenario.assign('enhance');
    expect(scenario.sent('task').at(-1)?.payload.input).not.toHaveProperty('feedback');
    scenario.do('enhance', { change: { base, patch: 'diff' } });
    scenario.recordCommit();
    const seen = { ...badFinding, file: 'src/a.js', line: 3, evidence: '2 !== 3' };
    scenario.do('test', { ...failing, findings: [seen] });
    scenario.assign('enhance');
    const { feedback, findings } = scenario.sent('task').at(-1)?.payload.input ?? {};
    expect(feedback).toEqual([seen]);
    expect(findings).toMatchObject([seen, { code: 'slow' }]);
  });

  it('lands on a later attempt', () => {
    const scenario = new WorkflowScenario(loopingPlan);
    scenario.change();
    scenario.do('test', failing);
    scenario.do('enhance', { change: { base, patch: 'better' } });
    scenario.recordCommit();
    scenario.do('test', { tests: passedTests() });
    scenario.do('validate', { verdict: approvingVerdict() });
    scenario.land(
      scenario.orders('land').map((order) => (order.kind === 'land' ? order.payload.change_id : ''))[0],
    );
    expect(scenario.workflow.state).toBe('completed');
  });

  it('voids an approval with the work that it was about', () => {
    const plan = planOf(
      gatedPlan.steps.map((step) =>
        step.step_id === 'integrate' || step.kind !== 'task'
          ? step
          : step.step_id === 'validate'
            ? { ...step, on_rejection: { loop_back_to: 'enhance', max_loops: 1 } }
            : step,
      ),
    );
    const scenario = new WorkflowScenario(plan);
    scenario.decide('approve_plan', 'approved');
    scenario.change();
    scenario.do('test', { tests: passedTests() });
    scenario.do('validate', { verdict: { ...approvingVerdict(), approved: false, findings: [badFinding] } });
    expect(scenario.states()).toMatchObject({
      approve_plan: 'completed',
      enhance: 'ready',
      approve_landing: 'pending',
    });
  });
});

describe('a gate', () => {
  it('is about the digest of the plan, or of the tree and its verdict', () => {
    const scenario = new WorkflowScenario(gatedPlan);
    expect(scenario.facts('gate_opened')[0]?.payload.subject_digest).toBe(
      scenario.workflow.definition.plan_digest,
    );
    scenario.decide('approve_plan', 'approved');
    scenario.approvedChange();
    const opened = scenario.facts('gate_opened')[1]?.payload;
    expect(opened?.subject_digest).toBe(
      landingSubjectDigest(oid('7'), { ...approvingVerdict(), agent_id: 'validate-agent' }),
    );
    scenario.decide('approve_landing', 'approved');
    expect(scenario.orders('land')).toEqual([
      expect.objectContaining({
        payload: expect.objectContaining({
          approval: expect.objectContaining({ subject_digest: opened?.subject_digest, decided_by: 'grace' }),
        }),
      }),
    ]);
  });

  it('ignores a decision about another subject', () => {
    const scenario = new WorkflowScenario(gatedPlan);
    expect(scenario.decide('approve_plan', 'approved', `sha256:${'0'.repeat(64)}`)).toEqual([]);
    expect(scenario.step('approve_plan').state).toBe('waiting_gate');
  });

  it('ends the workflow when it is denied or expires', () => {
    const denied = new WorkflowScenario(gatedPlan);
    denied.decide('approve_plan', 'denied');
    expect(denied.workflow.error?.code).toBe('approval_denied');

    const forgotten = new WorkflowScenario(gatedPlan);
    const gateId = forgotten.step('approve_plan').gate?.gateId ?? '';
    forgotten.wait(3600_000).send({ kind: 'gate_expired', stepId: 'approve_plan', gateId });
    expect(forgotten.workflow.error?.code).toBe('approval_expired');
    expect(forgotten.facts('gate_closed')[0]?.payload.outcome).toBe('expired');
  });

  it('is voided when the workflow ends without it', () => {
    const scenario = new WorkflowScenario(gatedPlan);
    scenario.send({ kind: 'cancel_requested', by: 'ada', reason: 'Not needed.' });
    expect(scenario.facts('gate_closed')[0]?.payload.outcome).toBe('voided');
  });
});
