import type { ApprovalResource, ChangeResource, Plan, PlanStep } from '@ymera/contracts';
import { createColors } from 'picocolors';
import { escalationLines, verdictLines } from './evidence';

const plain = createColors(false);

/** The subject of an approval, in full: nothing may land that could not be read before. */
export function approvalLines(
  approval: ApprovalResource,
  plan: Plan | null,
  change: ChangeResource | undefined,
): string[] {
  const { kind, state, subject_digest, requested_by, decided_by, reason, expires_at } = approval;
  const lines = [
    `${kind.replace('_', ' ')}  ${state}`,
    `subject   ${subject_digest}`,
    `request   ${approval.request_id} by ${requested_by}`,
    state === 'pending' ? `expires   ${expires_at}` : `decided   by ${decided_by ?? '-'}: ${reason ?? ''}`,
  ];
  if (plan) lines.push(`risk      ${plan.risk}`);
  if (kind === 'plan_approval' && plan) lines.push('', plan.title, ...plan.steps.map(stepLine));
  if (approval.landing) {
    const { verdict, tests, commit, base } = approval.landing;
    if (change) lines.push('', change.diff.trimEnd());
    lines.push(...verdictLines(verdict, tests, plain), ...verdict.reasons.map((because) => `  ${because}`));
    lines.push(`Commit      ${commit} on ${base}`);
  }
  if (approval.escalation) lines.push(...escalationLines(approval.escalation, plain));
  return lines;
}

function stepLine(step: PlanStep): string {
  const who =
    step.kind === 'task'
      ? `${step.agent_type}: ${step.task_type}, at most ${step.max_attempts} attempt(s) of ${step.timeout_s} s`
      : step.kind === 'gate'
        ? 'a person decides'
        : 'the platform lands what was approved';
  const after = step.depends_on.length === 0 ? '' : ` (after ${step.depends_on.join(', ')})`;
  return `  ${step.step_id}: ${step.name}, ${who}${after}`;
}
