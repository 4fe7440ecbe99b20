import type { PayloadOf, task } from '@ymera/contracts';
import { truncateMiddle } from '@ymera/kernel';
import { evidenceFor, mergeFindings, waiversFor } from '../step/evidence';
import type { TaskStep } from './judge-result';
import { baseOf, type Attempt, type Workflow, type WorkflowStep } from '../workflow/workflow';
import { heartbeatSeconds, type WorkflowPolicy } from '../workflow/workflow-policy';

/** As `task` allows. Agents see where a longer text is cut; the workflow and the request keep it whole. */
const maxRequestTextLength = 20_000;

/** The work as its agent gets it. */
export function taskMessage(
  workflow: Workflow,
  planned: TaskStep,
  step: WorkflowStep,
  attempt: Attempt,
  policy: WorkflowPolicy,
): PayloadOf<typeof task> {
  const { request_id, workflow_id, request_text, intent, project, prepared } = workflow.definition;
  const { change, tests, findings } = evidenceFor(workflow, planned.step_id);
  const waivers = waiversFor(step, change);
  const { workspace_url, ...about } = project;
  return {
    ...keyOf(attempt),
    type: planned.task_type,
    input: {
      request_id,
      workflow_id,
      step_id: planned.step_id,
      request_text: truncateMiddle(request_text, maxRequestTextLength),
      intent,
      ...(change && {
        change: {
          change_id: change.changeId,
          commit: change.commit,
          tree: change.tree,
          agent_id: change.agentId,
        },
      }),
      ...(tests && { tests }),
      ...(prepared && { reverts: prepared.reverts }),
      findings: [...mergeFindings(step.feedback, findings)],
      ...(step.feedback.length > 0 && { feedback: [...step.feedback] }),
      ...(waivers.length > 0 && { waivers: [...waivers] }),
    },
    project: about,
    base: baseOf(workflow),
    workspace_url,
    deadline: new Date(attempt.deadlineAt).toISOString(),
    heartbeat_s: heartbeatSeconds(policy),
  };
}

/** The attempt's identity on the wire. */
export const keyOf = ({
  agentId,
  taskId,
  attempt,
  fencingToken,
}: Pick<Attempt, 'agentId' | 'taskId' | 'attempt' | 'fencingToken'>): {
  agent_id: string;
  task_id: string;
  attempt: number;
  fencing_token: number;
} => ({ agent_id: agentId, task_id: taskId, attempt, fencing_token: fencingToken });
