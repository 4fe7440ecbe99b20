import type { PayloadOf, workflowCompleted } from '@ymera/contracts';
import { last, mergeFindings } from '../step/evidence';
import type { Workflow } from './workflow';

export type WorkflowResult = PayloadOf<typeof workflowCompleted>['result'];

/** The results of the workflow so far. */
export function resultOf(workflow: Workflow): WorkflowResult {
  const steps = workflow.definition.plan.steps.flatMap(({ step_id }) => workflow.steps[step_id] ?? []);
  const change = last(steps, (output) => output.change);
  const verdict = last(steps, (output) => output.verdict);
  const tests = last(steps, (output) => output.tests);
  const beforeAfter = last(steps, (output) => output.beforeAfter);
  const landed = last(steps, (output) => output.landed);
  const findings = mergeFindings(...steps.map(({ output }) => output?.findings ?? []));
  return {
    ...(change && {
      change: {
        change_id: change.changeId,
        commit: change.commit,
        tree: change.tree,
        agent_id: change.agentId,
      },
    }),
    ...(verdict && { verdict }),
    ...(tests && { tests }),
    ...(beforeAfter && { before_after: beforeAfter }),
    ...(findings.length > 0 && { findings: [...findings] }),
    ...(landed && { landed }),
    tool_ms: steps.reduce((sum, { toolMs }) => sum + toolMs, 0),
  };
}
