import { requestPlanned, startWorkflow, type PayloadOf, type Plan } from '@ymera/contracts';
import { digestOf } from '@ymera/kernel';
import type { Messages } from '@ymera/unit-of-work';
import type { Request } from '../domain/request';
import type { CoordinatorStores, Directory } from './ports';

export type Project = Extract<Awaited<ReturnType<Directory['project']>>, { ok: true }>['value'];
export type Transaction = CoordinatorStores & Messages;
type PreparedChange = NonNullable<PayloadOf<typeof startWorkflow>['prepared']>;

export interface Announcement {
  readonly plan: Plan;
  readonly project: Project;
  readonly prepared?: PreparedChange;
  readonly checkAt: Date;
}

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

/**
 * Publishes that a request has a plan, and orders the workflow of it. The order is kept: it is sent again when no workflow
 * came of it by `checkAt`.
 */
export async function announcePlan(
  { outbox, orders }: Pick<Transaction, 'outbox' | 'orders'>,
  request: Request,
  { plan, project, prepared, checkAt }: Announcement,
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
  const order: PayloadOf<typeof startWorkflow> = {
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
  };
  await outbox.command(startWorkflow, order);
  await orders.insert({ requestId: request_id, payload: order, checkAt, restarts: 0, isConfirmed: false });
}
