import { isHeld } from '../attempt/attempt-lifecycle';
import { currentAttempt, type Workflow, type WorkflowStep, type Time } from './workflow';
import type { WorkflowEvent } from './workflow-event';
import type { WorkflowPolicy } from './workflow-policy';

export const timerKinds = [
  'budget',
  'queue',
  'offer',
  'lease',
  'deadline',
  'backoff',
  'gate_expiry',
  'integration',
] as const;
export type TimerKind = (typeof timerKinds)[number];

export interface Timer {
  /** Empty for a timer of the whole workflow. */
  readonly stepId: string;
  readonly kind: TimerKind;
  readonly dueAt: Time;
}

/**
 * Every timer that this state requires. Stored with the state, in the same transaction; a waiting step always has one,
 * so no step waits forever, whichever process dies. A lease's timer may be early: progress extends the lease elsewhere.
 */
export function timersOf(workflow: Workflow, policy: WorkflowPolicy): readonly Timer[] {
  if (workflow.state !== 'running') return [];
  const steps = Object.values(workflow.steps).flatMap((step) => timersOfStep(step, policy));
  if (isLanding(workflow)) return steps;
  return [
    { stepId: '', kind: 'budget', dueAt: workflow.startedAt + workflow.definition.plan.budget_s * 1000 },
    ...steps,
  ];
}

/**
 * Timers that a change of the workflow has added. Earlier ones are known, and the stored ones may be later than the
 * workflow says: progress extends a lease without changing the workflow.
 */
export function newTimers(before: Workflow, after: Workflow, policy: WorkflowPolicy): readonly Timer[] {
  if (before === after) return [];
  const known = new Set(timersOf(before, policy).map(nameOf));
  return timersOf(after, policy).filter((timer) => !known.has(nameOf(timer)));
}

const nameOf = ({ stepId, kind, dueAt }: Timer): string => `${kind} ${dueAt} ${stepId}`;

/** Integration may move the branch at any moment: the workflow can no longer end by a decision made here. */
export const isLanding = (workflow: Workflow): boolean =>
  Object.values(workflow.steps).some((step) => step.state === 'running' && !currentAttempt(step));

function timersOfStep(step: WorkflowStep, policy: WorkflowPolicy): readonly Timer[] {
  const { stepId, wakeAt } = step;
  const waking = (kind: TimerKind): readonly Timer[] =>
    wakeAt === undefined ? [] : [{ stepId, kind, dueAt: wakeAt }];
  switch (step.state) {
    case 'ready':
      return waking('queue');
    case 'retry_wait':
      return waking('backoff');
    case 'waiting_gate':
      return waking('gate_expiry');
    case 'materialising':
      return waking('integration');
    case 'dispatched':
    case 'running': {
      const attempt = currentAttempt(step);
      if (!attempt) return waking('integration');
      return [
        attempt.state === 'offered'
          ? { stepId, kind: 'offer', dueAt: attempt.offerExpiresAt }
          : { stepId, kind: 'lease', dueAt: attempt.leaseExpiresAt },
        { stepId, kind: 'deadline', dueAt: attempt.deadlineAt + policy.deadlineGraceMs },
      ];
    }
    default:
      return [];
  }
}

/** The event of a timer that fired, for the workflow as it is now; undefined when the workflow has moved on. */
export function eventOfTimer(workflow: Workflow, stepId: string, kind: TimerKind): WorkflowEvent | undefined {
  if (kind === 'budget') return { kind: 'budget_spent' };
  const step = workflow.steps[stepId];
  if (!step) return undefined;
  const attempt = currentAttempt(step);
  switch (kind) {
    case 'queue':
      return { kind: 'queue_expired', stepId };
    case 'backoff':
      return { kind: 'backoff_over', stepId };
    case 'gate_expiry':
      return step.gate && { kind: 'gate_expired', stepId, gateId: step.gate.gateId };
    case 'integration':
      return { kind: 'integration_overdue', stepId };
    case 'offer':
    case 'lease':
      return attempt && isHeld(attempt.state)
        ? {
            kind: 'attempt_lost',
            stepId,
            key: attempt,
            cause: kind === 'offer' ? 'offer_expired' : 'lease_expired',
          }
        : undefined;
    case 'deadline':
      return attempt && isHeld(attempt.state) ? { kind: 'deadline_passed', stepId, key: attempt } : undefined;
  }
}
