import { z } from 'zod';
import { defineRoute } from '../define/route';
import { decideApproval, listApprovals, listRequests, revertChange } from '../queries/coordinator';
import { listWorkflows } from '../queries/orchestrator';
import { changeResource } from '../shared/change';
import { projectId, uuid } from '../shared/ids';
import { approvalResource, requestResource, workflowResource } from '../shared/resources';

const readers = { roles: ['viewer', 'operator', 'approver', 'admin'] } as const;
const operators = { roles: ['operator', 'admin'] } as const;
const tag = 'requests';

export const submitRequestRoute = defineRoute({
  operation: 'submitRequest',
  method: 'POST',
  path: '/api/v1/requests',
  summary: 'Request work in your own words',
  tag,
  access: [operators],
  body: z.object({ project_id: projectId, text: z.string().max(20_000) }),
  status: 202,
  idempotent: true,
  response: requestResource,
  errors: [
    'request_empty',
    'intent_unsupported',
    'project_not_found',
    'agent_unavailable',
    'upstream_unreachable',
    'idempotency_key_reused',
  ],
});

export const listRequestsRoute = defineRoute({
  operation: 'listRequests',
  method: 'GET',
  path: '/api/v1/requests',
  summary: 'List requests, newest first',
  tag,
  access: [readers],
  query: listRequests.payload,
  status: 200,
  response: listRequests.reply,
  errors: [],
});

const requestParams = z.object({ request_id: uuid });

export const getRequestRoute = defineRoute({
  operation: 'getRequest',
  method: 'GET',
  path: '/api/v1/requests/{request_id}',
  summary: 'One request with its plan',
  tag,
  access: [readers],
  params: requestParams,
  status: 200,
  response: requestResource,
  errors: ['request_not_found'],
});

export const answerRequestRoute = defineRoute({
  operation: 'answerRequest',
  method: 'POST',
  path: '/api/v1/requests/{request_id}/answer',
  summary: 'Answer the open question of a request',
  tag,
  access: [operators],
  params: requestParams,
  body: z.object({ answer: z.string().min(1).max(20_000) }),
  status: 200,
  response: requestResource,
  errors: [
    'request_not_found',
    'no_open_question',
    'intent_unsupported',
    'project_not_found',
    'agent_unavailable',
    'version_conflict',
  ],
});

export const cancelRequestRoute = defineRoute({
  operation: 'cancelRequest',
  method: 'POST',
  path: '/api/v1/requests/{request_id}/cancel',
  summary: 'Cancel a request and its workflow',
  tag,
  access: [operators],
  params: requestParams,
  body: z.object({ reason: z.string().min(1).max(500) }),
  status: 202,
  response: requestResource,
  errors: ['request_not_found', 'request_ended', 'version_conflict'],
});

/** One server-sent event: `id` is the feed position, `event` the CloudEvents type, `data` this. */
export const feedEntry = z.object({
  type: z.string(),
  time: z.string(),
  data: z.record(z.string(), z.json()),
});

export const requestEventsRoute = defineRoute({
  operation: 'watchRequest',
  method: 'GET',
  path: '/api/v1/requests/{request_id}/events',
  summary: 'All events of a request, from its beginning, as server-sent events; resumes after Last-Event-ID',
  description:
    'A client that was cut off sends the id of its last event as Last-Event-ID and misses nothing. The stream ends at ' +
    'most 60 s after the request has ended, and at once when it is resumed after its last event; a client may close it ' +
    'when it sees coordinator.request.ended.v1. A position that the stream does not have is refused (position_unknown): ' +
    'read from the beginning then. A comment every 15 s shows that the stream is alive.',
  tag,
  access: [readers],
  params: requestParams,
  status: 200,
  response: feedEntry,
  produces: 'text/event-stream',
  errors: ['request_not_found', 'last_event_id_invalid', 'position_unknown', 'too_many_watchers'],
});

export const listWorkflowsRoute = defineRoute({
  operation: 'listWorkflows',
  method: 'GET',
  path: '/api/v1/workflows',
  summary: 'List workflows, newest first',
  tag,
  access: [readers],
  query: listWorkflows.payload,
  status: 200,
  response: listWorkflows.reply,
  errors: [],
});

export const getWorkflowRoute = defineRoute({
  operation: 'getWorkflow',
  method: 'GET',
  path: '/api/v1/workflows/{workflow_id}',
  summary: 'One workflow with its steps',
  tag,
  access: [readers],
  params: z.object({ workflow_id: uuid }),
  status: 200,
  response: workflowResource,
  errors: ['workflow_not_found'],
});

export const listApprovalsRoute = defineRoute({
  operation: 'listApprovals',
  method: 'GET',
  path: '/api/v1/approvals',
  summary: 'List approvals, newest first',
  tag,
  access: [readers],
  query: listApprovals.payload,
  status: 200,
  response: listApprovals.reply,
  errors: [],
});

const approvalParams = z.object({ approval_id: uuid });

export const getApprovalRoute = defineRoute({
  operation: 'getApproval',
  method: 'GET',
  path: '/api/v1/approvals/{approval_id}',
  summary: 'One approval with its subject',
  tag,
  access: [readers],
  params: approvalParams,
  status: 200,
  response: approvalResource,
  errors: ['approval_not_found'],
});

export const decideApprovalRoute = defineRoute({
  operation: 'decideApproval',
  method: 'POST',
  path: '/api/v1/approvals/{approval_id}/decision',
  summary: 'Approve or deny exactly this subject, or choose an option of an escalation',
  tag,
  access: [{ roles: ['approver'] }],
  params: approvalParams,
  body: decideApproval.payload.pick({ subject_digest: true, decision: true, option: true, reason: true }),
  status: 200,
  response: approvalResource,
  errors: [
    'approval_not_found',
    'approval_closed',
    'subject_changed',
    'self_approval',
    'not_an_approver',
    'version_conflict',
    'decision_missing',
    'option_missing',
    'option_unexpected',
    'reason_missing',
    'finding_not_waivable',
  ],
});

export const getChangeRoute = defineRoute({
  operation: 'getChange',
  method: 'GET',
  path: '/api/v1/changes/{change_id}',
  summary: 'One change with its diff',
  tag,
  access: [readers],
  params: z.object({ change_id: uuid }),
  status: 200,
  response: changeResource,
  errors: ['change_not_found'],
});

export const revertChangeRoute = defineRoute({
  operation: 'revertChange',
  method: 'POST',
  path: '/api/v1/changes/{change_id}/revert',
  summary: 'Revert a landed change: a new request, tested, examined and approved before it lands',
  tag,
  access: [operators],
  params: z.object({ change_id: uuid }),
  body: revertChange.payload.pick({ reason: true }),
  status: 202,
  idempotent: true,
  response: requestResource,
  errors: [
    'change_not_found',
    'change_not_landed',
    'already_reverted',
    'revert_conflict',
    'agent_unavailable',
    'upstream_unreachable',
    'idempotency_key_reused',
  ],
});
