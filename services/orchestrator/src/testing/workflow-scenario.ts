import type { EscalationOption, Finding, Plan } from '@ymera/contracts';
import type { Effect, Fact, FactName, ToAgent } from '../domain/workflow/effect';
import type { TaskResult } from '../domain/attempt/judge-result';
import { reduce } from '../domain/workflow/reduce';
import {
  currentAttempt,
  type Attempt,
  type Workflow,
  type WorkflowStep,
  type WorkflowDefinition,
} from '../domain/workflow/workflow';
import type { WorkflowContext } from '../domain/workflow/workflow-draft';
import type { Claim, WorkflowEvent } from '../domain/workflow/workflow-event';
import { defaultWorkflowPolicy } from '../domain/workflow/workflow-policy';
import { startWorkflowState } from '../domain/workflow/start-workflow';
import { base, definitionOf, oid } from './plans';

export const idFrom = (number: number): string =>
  `01936d00-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;

export const badFinding: Finding = {
  code: 'speedup_too_small',
  severity: 'high',
  message: 'The median speed-up is 1.1.',
  file: 'src/unique.js',
  line: 3,
};

/** A waivable finding of the examination, which a person may accept. */
export const judgement: Finding = { ...badFinding, waivable: true };

export const passedTests = (tree = oid('7')): NonNullable<TaskResult['tests']> => ({
  tree,
  command: 'node --test',
  total: 4,
  passed: 4,
  failed: 0,
  skipped: 0,
  flaky: 0,
  duration_ms: 310,
  exit_code: 0,
});

export const approvingVerdict = (): NonNullable<TaskResult['verdict']> => ({
  approved: true,
  base,
  commit: oid('c'),
  tree: oid('7'),
  policy_version: '1',
  reasons: [],
  findings: [],
});

export const rejectingVerdict = (...findings: readonly Finding[]): NonNullable<TaskResult['verdict']> => ({
  ...approvingVerdict(),
  approved: false,
  findings: [...findings],
});

/** Drives the reducer alone: time and ids are counted, the test fakes agents and integration. */
export class WorkflowScenario {
  workflow: Workflow;
  readonly effects: Effect[] = [];
  readonly context: { -readonly [Key in keyof WorkflowContext]: WorkflowContext[Key] };
  private ids = 0x1000;

  constructor(plan: Plan, now = 1_800_000_000_000, changed: Partial<WorkflowDefinition> = {}) {
    this.context = {
      now,
      newId: () => idFrom((this.ids += 1)),
      random: () => 0.5,
      policy: defaultWorkflowPolicy,
    };
    const { workflow, effects } = startWorkflowState(definitionOf(plan, changed), this.context);
    this.workflow = workflow;
    this.effects.push(...effects);
  }

  send(event: WorkflowEvent): readonly Effect[] {
    const { workflow, effects } = reduce(this.workflow, event, this.context);
    this.workflow = workflow;
    this.effects.push(...effects);
    return effects;
  }

  wait(milliseconds: number): this {
    this.context.now += milliseconds;
    return this;
  }

  step(stepId: string): WorkflowStep {
    const step = this.workflow.steps[stepId];
    if (!step) throw new Error(`no step ${stepId}`);
    return step;
  }

  attempt(stepId: string): Attempt {
    const attempt = currentAttempt(this.step(stepId));
    if (!attempt) throw new Error(`${stepId} was not dispatched`);
    return attempt;
  }

  states(): Record<string, string> {
    return Object.fromEntries(Object.values(this.workflow.steps).map(({ stepId, state }) => [stepId, state]));
  }

  assign(stepId: string, agentId = `${stepId}-agent`): readonly Effect[] {
    return this.send({
      kind: 'agent_assigned',
      stepId,
      agent: { agentId, principalId: `${agentId}-principal`, credentialEpoch: 1 },
      reason: `${agentId} was chosen.`,
    });
  }

  claim(attempt: Attempt, changed: Partial<Claim> = {}): Claim {
    const { taskId, agentId, principalId, fencingToken, credentialEpoch } = attempt;
    return {
      taskId,
      attempt: attempt.attempt,
      fencingToken,
      agentId,
      principalId,
      credentialEpoch,
      ...changed,
    };
  }

  accept(stepId: string): readonly Effect[] {
    return this.send({ kind: 'task_accepted', claim: this.claim(this.attempt(stepId)) });
  }

  end(stepId: string, result: Partial<TaskResult> = {}, attempt = this.attempt(stepId)): readonly Effect[] {
    return this.send({ kind: 'task_ended', claim: this.claim(attempt), result: resultFrom(attempt, result) });
  }

  /** Assigned, accepted and succeeded, as far as the agent decides. */
  do(stepId: string, result: Partial<TaskResult> = {}, agentId = `${stepId}-agent`): void {
    this.assign(stepId, agentId);
    this.accept(stepId);
    this.end(stepId, result);
  }

  /** Every agent that could do the step has failed it, so the last one's error ends it. */
  exhaustAgents(stepId: string): readonly Effect[] {
    return this.send({
      kind: 'agents_exhausted',
      stepId,
      reason: 'No agent can take it: 1 failed it.',
    });
  }

  recordCommit(stepId = 'enhance', tree = oid('7'), findings?: readonly Finding[]): readonly Effect[] {
    const { taskId, attempt, agentId } = this.attempt(stepId);
    return this.send({
      kind: 'change_materialised',
      change: {
        ...this.workflowIds,
        step_id: stepId,
        task_id: taskId,
        attempt,
        change_id: idFrom(0xc0 + this.step(stepId).fencingToken),
        agent_id: agentId,
        base,
        commit: oid('c'),
        tree,
        files: 1,
        ...(findings ? { findings: [...findings] } : {}),
      },
    });
  }

  /** Another change landed before the last order to land. */
  refuseLanding(head: string | undefined, code = 'base_moved'): readonly Effect[] {
    const order = this.orders('land').at(-1);
    if (order?.kind !== 'land') throw new Error('no landing was ordered');
    return this.send({
      kind: 'landing_refused',
      refusal: {
        ...this.workflowIds,
        step_id: 'integrate',
        change_id: order.payload.change_id,
        error: { code, message: 'main has moved.', retryable: false },
        ...(head === undefined ? {} : { head }),
      },
    });
  }

  /** Integration rebases the change of `enhance`. */
  rebase(onto: string, commit: string, tree: string): readonly Effect[] {
    const { taskId, attempt, agentId } = this.attempt('enhance');
    return this.send({
      kind: 'change_materialised',
      change: {
        ...this.workflowIds,
        step_id: 'enhance',
        task_id: taskId,
        attempt,
        change_id: idFrom(0xd000 + Number.parseInt(commit.slice(0, 2), 16)),
        agent_id: agentId,
        base: onto,
        commit,
        tree,
        files: 1,
      },
    });
  }

  /** The change of `enhance`, reviewed and committed. */
  change(): void {
    this.do('review');
    this.do('enhance', { change: { base, patch: 'diff --git a/a b/a\n' } });
    this.recordCommit();
  }

  approvedChange(): void {
    this.change();
    this.do('test', { tests: passedTests() });
    this.do('validate', { verdict: approvingVerdict() });
  }

  land(changeId = idFrom(0xc1)): readonly Effect[] {
    return this.send({
      kind: 'change_landed',
      landed: {
        ...this.workflowIds,
        step_id: 'integrate',
        change_id: changeId,
        base,
        commit: oid('c'),
        tree: oid('7'),
        branch: 'main',
        landed_at: new Date(this.context.now).toISOString(),
      },
    });
  }

  decide(stepId: string, decision: 'approved' | 'denied', subjectDigest?: string): readonly Effect[] {
    const { gate } = this.step(stepId);
    return this.send({
      kind: 'gate_decided',
      decision: {
        gate_id: gate?.gateId ?? idFrom(1),
        workflow_id: this.workflow.definition.workflow_id,
        subject_digest: subjectDigest ?? gate?.subjectDigest ?? '',
        decision,
        approval_id: idFrom(0xa),
        decided_by: 'grace',
      },
    });
  }

  /** Decides on the escalation that waits at this step. */
  choose(stepId: string, option: EscalationOption, reason?: string, by = 'grace'): readonly Effect[] {
    const { gate } = this.step(stepId);
    return this.send({
      kind: 'gate_decided',
      decision: {
        gate_id: gate?.gateId ?? idFrom(1),
        workflow_id: this.workflow.definition.workflow_id,
        subject_digest: gate?.subjectDigest ?? '',
        decision: option === 'abandon' ? 'denied' : 'approved',
        option,
        approval_id: idFrom(0xb),
        decided_by: by,
        decided_at: new Date(this.context.now).toISOString(),
        ...(reason === undefined ? {} : { reason }),
      },
    });
  }

  facts<Name extends FactName>(name: Name): readonly Extract<Fact, { name: Name }>[] {
    return this.effects.filter(
      (effect): effect is Extract<Fact, { name: Name }> => effect.kind === 'fact' && effect.name === name,
    );
  }

  sent<Name extends ToAgent['name']>(name: Name): readonly Extract<ToAgent, { name: Name }>[] {
    return this.effects.filter(
      (effect): effect is Extract<ToAgent, { name: Name }> =>
        effect.kind === 'to_agent' && effect.name === name,
    );
  }

  orders(kind: 'materialise' | 'remake' | 'land' | 'withdraw_landing'): readonly Effect[] {
    return this.effects.filter((effect) => effect.kind === kind);
  }

  get workflowIds(): { project_id: string; workflow_id: string; request_id: string } {
    const { project, workflow_id, request_id } = this.workflow.definition;
    return { project_id: project.project_id, workflow_id, request_id };
  }
}

export const resultFrom = (attempt: Attempt, result: Partial<TaskResult>): TaskResult => ({
  agent_id: attempt.agentId,
  task_id: attempt.taskId,
  attempt: attempt.attempt,
  fencing_token: attempt.fencingToken,
  outcome: 'completed',
  artefacts: [],
  ...result,
});
