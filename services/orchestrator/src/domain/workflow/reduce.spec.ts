import type { StepState } from '@ymera/contracts';
import { stepState } from '@ymera/contracts';
import {
  approvePlan,
  base,
  integrate,
  oid,
  planOf,
  review,
  enhance,
  test,
  validate,
} from '../../testing/plans';
import {
  approvingVerdict,
  idFrom,
  passedTests,
  resultFrom,
  WorkflowScenario,
} from '../../testing/workflow-scenario';
import type { WorkflowEvent, WorkflowEventKind } from './workflow-event';

type Kind = 'task' | 'gate' | 'integration';

const changePlan = planOf([{ ...enhance, depends_on: [] }, { ...test }, validate, integrate]);
const failure = (fault: 'project' | 'change') =>
  ({
    outcome: 'failed',
    error: { code: 'agent_failed', message: 'Code 1.', retryable: false, fault },
  }) as const;
const network = {
  outcome: 'failed',
  error: { code: 'network', message: 'No route.', retryable: true },
} as const;

/** The changing step `enhance`, brought into each state by events alone. */
const taskIn: Readonly<Record<StepState, (scenario: WorkflowScenario) => void>> = {
  pending: () => undefined,
  ready: () => undefined,
  dispatched: (scenario) => void scenario.assign('enhance'),
  running: (scenario) => {
    scenario.assign('enhance');
    scenario.accept('enhance');
  },
  materialising: (scenario) => scenario.do('enhance', { change: { base, patch: 'diff' } }),
  retry_wait: (scenario) => scenario.do('enhance', network),
  completed: (scenario) => {
    scenario.do('enhance', { change: { base, patch: 'diff' } });
    scenario.recordCommit();
  },
  failed: (scenario) => scenario.do('enhance', failure('project')),
  canceled: (scenario) => {
    scenario.assign('enhance');
    scenario.send({ kind: 'cancel_requested', by: 'ada', reason: 'No.' });
  },
  skipped: (scenario) => scenario.do('review', failure('project')),
  waiting_gate: () => undefined,
};

function scenarioIn(kind: Kind, state: StepState): WorkflowScenario {
  if (kind === 'gate') {
    const scenario = new WorkflowScenario(planOf([approvePlan, { ...review, depends_on: ['approve_plan'] }]));
    if (state === 'completed') scenario.decide('approve_plan', 'approved');
    return scenario;
  }
  if (kind === 'integration') {
    const scenario = new WorkflowScenario(changePlan);
    taskIn.completed(scenario);
    scenario.do('test', { tests: passedTests() });
    scenario.do('validate', { verdict: approvingVerdict() });
    return scenario;
  }
  const needsReview = state === 'pending' || state === 'skipped';
  const scenario = new WorkflowScenario(
    needsReview ? planOf([review, enhance, test, validate, integrate]) : changePlan,
  );
  taskIn[state](scenario);
  return scenario;
}

const idOf: Readonly<Record<Kind, string>> = {
  task: 'enhance',
  gate: 'approve_plan',
  integration: 'integrate',
};

/** Every event, about exactly this step as far as the step has the subject of the event. */
function eventsFor(
  scenario: WorkflowScenario,
  kind: Kind,
): Readonly<Record<WorkflowEventKind, WorkflowEvent>> {
  const stepId = idOf[kind];
  const step = scenario.step(stepId);
  const attempt = step.attempts.at(-1) ?? {
    taskId: idFrom(1),
    attempt: 1,
    fencingToken: 1,
    agentId: 'unknown',
    principalId: 'unknown',
    credentialEpoch: 1,
  };
  const claim = { ...attempt };
  const ids = {
    project_id: 'sample',
    workflow_id: scenario.workflow.definition.workflow_id,
    request_id: scenario.workflow.definition.request_id,
    step_id: stepId,
  };
  const order = scenario.orders('land').at(-1);
  const change_id = order?.kind === 'land' ? order.payload.change_id : idFrom(2);
  const named = { ...ids, task_id: attempt.taskId, attempt: attempt.attempt, agent_id: attempt.agentId };
  const made = { base, commit: oid('c'), tree: oid('7') };
  const moved = { code: 'base_moved', message: 'Moved.', retryable: false };
  return {
    agent_assigned: {
      kind: 'agent_assigned',
      stepId,
      agent: { agentId: 'other', principalId: 'other', credentialEpoch: 1 },
      reason: 'drawn',
    },
    agent_missing: { kind: 'agent_missing', stepId, reason: 'Nobody.' },
    agents_exhausted: { kind: 'agents_exhausted', stepId, reason: 'All have failed it.' },
    task_accepted: { kind: 'task_accepted', claim },
    task_declined: { kind: 'task_declined', claim, code: 'busy', message: 'Busy.' },
    task_ended: {
      kind: 'task_ended',
      claim,
      result: resultFrom({ ...claim } as Parameters<typeof resultFrom>[0], {
        change: { base, patch: 'diff' },
      }),
    },
    attempt_lost: { kind: 'attempt_lost', stepId, key: attempt, cause: 'lease_expired' },
    deadline_passed: { kind: 'deadline_passed', stepId, key: attempt },
    queue_expired: { kind: 'queue_expired', stepId },
    backoff_over: { kind: 'backoff_over', stepId },
    gate_decided: {
      kind: 'gate_decided',
      decision: {
        gate_id: step.gate?.gateId ?? idFrom(3),
        workflow_id: ids.workflow_id,
        subject_digest: step.gate?.subjectDigest ?? '',
        decision: 'approved',
        approval_id: idFrom(4),
        decided_by: 'grace',
      },
    },
    gate_expired: { kind: 'gate_expired', stepId, gateId: step.gate?.gateId ?? idFrom(3) },
    change_materialised: { kind: 'change_materialised', change: { ...named, ...made, change_id, files: 1 } },
    change_refused: { kind: 'change_refused', refusal: { ...named, error: moved, findings: [] } },
    change_landed: {
      kind: 'change_landed',
      landed: { ...ids, ...made, change_id, branch: 'main', landed_at: '2026-01-01T00:00:00.000Z' },
    },
    landing_refused: { kind: 'landing_refused', refusal: { ...ids, change_id, error: moved } },
    integration_overdue: { kind: 'integration_overdue', stepId },
    budget_spent: { kind: 'budget_spent' },
    cancel_requested: { kind: 'cancel_requested', by: 'ada', reason: 'No.' },
  };
}

const ending = { budget_spent: 'canceled', cancel_requested: 'canceled' } as const;
const held = {
  task_declined: 'ready',
  task_ended: 'materialising',
  attempt_lost: 'ready',
  deadline_passed: 'ready',
  ...ending,
} as const;

/** Every event that moves a step, and its next state; every other event leaves the step unchanged. */
const moves: readonly [Kind, StepState, Partial<Record<WorkflowEventKind, StepState>>][] = [
  ['task', 'pending', { budget_spent: 'skipped', cancel_requested: 'canceled' }],
  ['task', 'ready', { agent_assigned: 'dispatched', queue_expired: 'failed', ...ending }],
  ['task', 'dispatched', { task_accepted: 'running', ...held }],
  ['task', 'running', held],
  ['task', 'materialising', { change_materialised: 'completed', change_refused: 'failed', ...ending }],
  ['task', 'retry_wait', { backoff_over: 'ready', ...ending }],
  ['task', 'completed', {}],
  ['task', 'failed', {}],
  ['task', 'canceled', {}],
  ['task', 'skipped', {}],
  ['gate', 'waiting_gate', { gate_decided: 'completed', gate_expired: 'failed', ...ending }],
  ['gate', 'completed', {}],
  // Only integration ends a landing in progress.
  ['integration', 'running', { change_landed: 'completed', landing_refused: 'failed' }],
];

const kinds = Object.keys(eventsFor(new WorkflowScenario(changePlan), 'task')) as WorkflowEventKind[];

describe('reduce', () => {
  it('is tested in every step state', () => {
    expect(new Set(moves.map(([, state]) => state))).toEqual(new Set(stepState.options));
  });

  it.each(
    moves.flatMap(([kind, state, moved]) =>
      kinds.map((event) => [kind, state, event, moved[event] ?? state] as const),
    ),
  )('moves a %s step from %s by %s to %s', (kind, state, event, expected) => {
    const scenario = scenarioIn(kind, state);
    const stepId = idOf[kind];
    expect(scenario.step(stepId).state).toBe(state);
    scenario.send(eventsFor(scenario, kind)[event]);
    expect(scenario.step(stepId).state).toBe(expected);
  });

  it('a task step that is ready because an agent failed it, at agents_exhausted, becomes failed', () => {
    const scenario = new WorkflowScenario(changePlan);
    scenario.do('enhance', failure('change'));
    expect(scenario.step('enhance').state).toBe('ready');
    scenario.exhaustAgents('enhance');
    expect(scenario.step('enhance').state).toBe('failed');
  });
});
