import type { Outbox } from '@ymera/unit-of-work';
import { requestPlanned, startWorkflow, type PayloadOf, type Plan } from '@ymera/contracts';
import { digestOf } from '@ymera/kernel';
import type { Request } from '../domain/request';
import type { Directory } from './ports';

export type Project = Extract<Awaited<ReturnType<Directory['project']>>, { ok: true }>['value'];
export type PreparedChange = NonNullable<PayloadOf<typeof startWorkflow>['prepared']>;

/** A request that is ready to start. */
export const planned = (draft: Request, plan: Plan, project: Project, workflowId: string): Request => ({
  ...draft,
  state: 'running',
  question: null,
  plan,
  planDigest: digestOf(plan),
  workflowId,
  notes: project.notes ?? [],
});

/** Publishes that a request has a plan, and orders its workflow. */
export async function announcePlan(
  outbox: Outbox,
  request: Request,
  plan: Plan,
  project: Project,
  prepared?: PreparedChange,
): Promise<void> {
  const { requestId: request_id, workflowId, planDigest, intent, text, notes } = request;
  if (workflowId === null || planDigest === null || intent === null)
    throw new TypeError('Expected a plan on a planned request.');
  const shared = {
    request_id,
    workflow_id: workflowId,
    requested_by: request.requestedBy,
    intent,
    plan,
    plan_digest: planDigest,
  };
  await outbox.event(requestPlanned, {
    aggregateId: request_id,
    aggregateVersion: request.version,
    payload: {
      ...shared,
      project_id: request.projectId,
      text,
      confidence: request.confidence,
      ...(notes.length > 0 ? { notes: [...notes] } : {}),
    },
  });
  await outbox.command(startWorkflow, {
    ...shared,
    request_text: text,
    project: {
      project_id: project.project_id,
      default_branch: project.default_branch,
      commands: project.commands,
      performance: project.performance,
      workspace_url: project.workspace_url,
    },
    base: prepared?.base ?? project.base ?? project.head,
    ...(prepared === undefined ? {} : { prepared }),
  });
}
