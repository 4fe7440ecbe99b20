import { z } from 'zod';
import { defineQuery } from '../define/message';
import { escalationOption, escalationOptionV1 } from '../shared/escalation';
import { actor, cursor, digest, pageSize, projectId, uuid } from '../shared/ids';
import { approvalResource, approvalResourceV1, requestResource } from '../shared/resources';
import { sampleDigest, sampleId, samplePlan, sampleTime } from '../shared/samples';

const requestSample = {
  request_id: sampleId('aa'),
  project_id: 'sample',
  text: 'Improve the performance of this algorithm',
  requested_by: 'ada',
  state: 'running' as const,
  intent: 'ENHANCE' as const,
  confidence: 0.93,
  evidence: ['improve', 'performance'],
  question: null,
  plan: samplePlan,
  plan_digest: sampleDigest,
  workflow_id: sampleId('bb'),
  waiting_for: [],
  error: null,
  trace_id: '0'.repeat(32),
  created_at: sampleTime,
  ended_at: null,
};
const approvalSample = {
  approval_id: sampleId('cc'),
  gate_id: sampleId('dd'),
  request_id: sampleId('aa'),
  workflow_id: sampleId('bb'),
  kind: 'plan_approval' as const,
  subject_digest: sampleDigest,
  state: 'pending' as const,
  requested_by: 'ada',
  decided_by: null,
  reason: null,
  landing: null,
  escalation: null,
  option: null,
  expires_at: sampleTime,
  decided_at: null,
};
const someone = { name: 'ada', roles: ['operator'] };

export const submitRequest = defineQuery({
  name: 'coordinator.submit_request',
  version: 1,
  owner: 'coordinator',
  senders: ['gateway'],
  summary: 'Understand a person’s sentence, plan it, start it.',
  payload: z.object({
    project_id: projectId,
    text: z.string().max(20_000),
    actor,
    idempotency_key: z.string().max(200).optional(),
  }),
  reply: requestResource,
  sample: { project_id: 'sample', text: 'Improve the performance of this algorithm', actor: someone },
  replySample: requestSample,
});

export const revertChange = defineQuery({
  name: 'coordinator.revert_change',
  version: 1,
  owner: 'coordinator',
  senders: ['gateway'],
  summary: 'Revert a landed change: a new request, which is tested, examined and approved like any other.',
  payload: z.object({
    change_id: uuid,
    reason: z.string().max(500).optional(),
    actor,
    idempotency_key: z.string().max(200).optional(),
  }),
  reply: requestResource,
  sample: { change_id: sampleId('ff'), reason: 'It is slower on large inputs.', actor: someone },
  replySample: requestSample,
});

export const getRequest = defineQuery({
  name: 'coordinator.get_request',
  version: 1,
  owner: 'coordinator',
  senders: ['gateway'],
  summary: 'One request.',
  payload: z.object({ request_id: uuid }),
  reply: requestResource,
  sample: { request_id: sampleId('aa') },
  replySample: requestSample,
});

export const listRequests = defineQuery({
  name: 'coordinator.list_requests',
  version: 1,
  owner: 'coordinator',
  senders: ['gateway'],
  summary: 'Requests, newest first.',
  payload: z.object({ project_id: projectId.optional(), cursor: cursor.optional(), limit: pageSize }),
  reply: z.object({ items: z.array(requestResource), next_cursor: cursor.nullable() }),
  sample: { limit: 50 },
  replySample: { items: [requestSample], next_cursor: null },
});

export const answerRequest = defineQuery({
  name: 'coordinator.answer_request',
  version: 1,
  owner: 'coordinator',
  senders: ['gateway'],
  summary: 'The answer to the one question; the request is understood again.',
  payload: z.object({ request_id: uuid, answer: z.string().min(1).max(20_000), actor }),
  reply: requestResource,
  sample: { request_id: sampleId('aa'), answer: 'Make it faster', actor: someone },
  replySample: requestSample,
});

export const cancelRequest = defineQuery({
  name: 'coordinator.cancel_request',
  version: 1,
  owner: 'coordinator',
  senders: ['gateway'],
  summary: 'Cancel the request and its workflow.',
  payload: z.object({ request_id: uuid, reason: z.string().max(500), actor }),
  reply: requestResource,
  sample: { request_id: sampleId('aa'), reason: 'Not needed any more.', actor: someone },
  replySample: requestSample,
});

const approvalsPage = z.object({
  request_id: uuid.optional(),
  state: z.enum(['pending', 'approved', 'denied', 'voided']).optional(),
  cursor: cursor.optional(),
  limit: pageSize,
});

export const listApprovals = defineQuery({
  name: 'coordinator.list_approvals',
  version: 2,
  owner: 'coordinator',
  senders: ['gateway'],
  summary: 'Approvals, newest first.',
  payload: approvalsPage,
  reply: z.object({ items: z.array(approvalResource), next_cursor: cursor.nullable() }),
  sample: { limit: 50 },
  replySample: { items: [approvalSample], next_cursor: null },
});

export const getApproval = defineQuery({
  name: 'coordinator.get_approval',
  version: 2,
  owner: 'coordinator',
  senders: ['gateway'],
  summary: 'One approval with its subject.',
  payload: z.object({ approval_id: uuid }),
  reply: approvalResource,
  sample: { approval_id: sampleId('cc') },
  replySample: approvalSample,
});

const decision = z.object({
  approval_id: uuid,
  subject_digest: digest,
  decision: z.enum(['approved', 'denied']).optional(),
  reason: z.string().max(2000).optional(),
  actor,
});
const decisionSample = {
  approval_id: sampleId('cc'),
  subject_digest: sampleDigest,
  decision: 'approved' as const,
  actor: { name: 'grace', roles: ['approver'] },
};
const decidedSample = {
  ...approvalSample,
  state: 'approved' as const,
  decided_by: 'grace',
  decided_at: sampleTime,
};

export const decideApproval = defineQuery({
  name: 'coordinator.decide_approval',
  version: 2,
  owner: 'coordinator',
  senders: ['gateway'],
  summary:
    'Decide about exactly this subject, never by the requester; the same decision again is the same answer. An escalation takes an option, everything else a decision.',
  payload: decision.extend({ option: escalationOption.optional() }),
  reply: approvalResource,
  sample: decisionSample,
  replySample: decidedSample,
});

/** For an older gateway, before findings could be accepted: the option is null where they were. */
export const listApprovalsV1 = defineQuery({
  name: 'coordinator.list_approvals',
  version: 1,
  owner: 'coordinator',
  senders: ['gateway'],
  summary: 'Approvals, newest first, without the option to accept findings.',
  payload: approvalsPage,
  reply: z.object({ items: z.array(approvalResourceV1), next_cursor: cursor.nullable() }),
  sample: { limit: 50 },
  replySample: { items: [approvalSample], next_cursor: null },
});

/** For an older gateway, before findings could be accepted. */
export const getApprovalV1 = defineQuery({
  name: 'coordinator.get_approval',
  version: 1,
  owner: 'coordinator',
  senders: ['gateway'],
  summary: 'One approval, without the option to accept findings.',
  payload: z.object({ approval_id: uuid }),
  reply: approvalResourceV1,
  sample: { approval_id: sampleId('cc') },
  replySample: approvalSample,
});

/** For an older gateway, before findings could be accepted. */
export const decideApprovalV1 = defineQuery({
  name: 'coordinator.decide_approval',
  version: 1,
  owner: 'coordinator',
  senders: ['gateway'],
  summary: 'Decide about exactly this subject, without the option to accept findings.',
  payload: decision.extend({ option: escalationOptionV1.optional() }),
  reply: approvalResourceV1,
  sample: decisionSample,
  replySample: decidedSample,
});
