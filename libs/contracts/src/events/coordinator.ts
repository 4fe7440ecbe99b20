import { z } from 'zod';
import { added } from '../define/added';
import { defineEvent } from '../define/message';
import { escalationOption, escalationOptionV1 } from '../shared/escalation';
import { errorShape } from '../shared/failure';
import { digest, projectId, timestamp, uuid } from '../shared/ids';
import { gateKind, intent, plan, planNotes } from '../shared/plan';
import { sampleId, samplePlan } from '../shared/samples';
import { waivers } from '../shared/waiver';

export const requestPlanned = defineEvent({
  name: 'coordinator.request.planned',
  version: 1,
  owner: 'coordinator',
  summary: 'A request was understood and has a plan.',
  payload: z.object({
    request_id: uuid,
    workflow_id: uuid,
    project_id: projectId,
    requested_by: z.string(),
    text: z.string(),
    intent,
    confidence: z.number().min(0).max(1),
    plan,
    plan_digest: digest,
    notes: added(planNotes),
  }),
  sample: {
    request_id: sampleId('aa'),
    workflow_id: sampleId('bb'),
    project_id: 'sample',
    requested_by: 'ada',
    text: 'Improve the performance of this algorithm',
    intent: 'ENHANCE',
    confidence: 0.93,
    plan: samplePlan,
    plan_digest: `sha256:${'0'.repeat(64)}`,
  },
});

export const requestQuestioned = defineEvent({
  name: 'coordinator.request.questioned',
  version: 1,
  owner: 'coordinator',
  summary: 'A request is unclear: one question is open.',
  payload: z.object({
    request_id: uuid,
    project_id: projectId,
    requested_by: z.string(),
    text: z.string(),
    question: z.string(),
  }),
  sample: {
    request_id: sampleId('aa'),
    project_id: 'sample',
    requested_by: 'ada',
    text: 'Do it',
    question: 'What should change?',
  },
});

export const requestEnded = defineEvent({
  name: 'coordinator.request.ended',
  version: 1,
  owner: 'coordinator',
  summary: 'A request is completed, failed or canceled.',
  payload: z.object({
    request_id: uuid,
    workflow_id: uuid.optional(),
    state: z.enum(['completed', 'failed', 'canceled']),
    error: errorShape.optional(),
    /** For a request that had no workflow yet; a workflow's own event names who canceled it. */
    canceled_by: z.string().optional(),
  }),
  sample: { request_id: sampleId('aa'), workflow_id: sampleId('bb'), state: 'completed' },
});

const approval = z.object({
  approval_id: uuid,
  gate_id: uuid,
  request_id: uuid,
  workflow_id: uuid,
  kind: gateKind,
  subject_digest: digest,
});
const approvalSample = {
  approval_id: sampleId('cc'),
  gate_id: sampleId('dd'),
  request_id: sampleId('aa'),
  workflow_id: sampleId('bb'),
  kind: 'plan_approval' as const,
  subject_digest: `sha256:${'0'.repeat(64)}`,
};

export const approvalRequested = defineEvent({
  name: 'coordinator.approval.requested',
  version: 1,
  owner: 'coordinator',
  summary: 'A gate waits for a person who is not the requester.',
  payload: approval.extend({ requested_by: z.string(), expires_at: timestamp }),
  sample: { ...approvalSample, requested_by: 'ada', expires_at: '2026-01-02T00:00:00.000Z' },
});

const decided = approval.extend({
  decision: z.enum(['approved', 'denied']),
  decided_by: z.string(),
  reason: z.string().max(2000).optional(),
  decided_at: timestamp,
});
const decidedSample = {
  ...approvalSample,
  decision: 'approved' as const,
  decided_by: 'grace',
  decided_at: '2026-01-01T00:00:00.000Z',
};

export const approvalDecided = defineEvent({
  name: 'coordinator.approval.decided',
  version: 2,
  owner: 'coordinator',
  summary: 'A gate was approved or denied by a person, or denied because it expired.',
  payload: decided.extend({
    /** For an escalation. */
    option: escalationOption.optional(),
    /** For an escalation that was accepted: each finding with the person and the reason. */
    waivers: waivers.optional(),
  }),
  sample: decidedSample,
});

/** Still handled from queues; no longer sent. */
export const approvalDecidedV1 = defineEvent({
  name: 'coordinator.approval.decided',
  version: 1,
  owner: 'coordinator',
  summary: 'A gate was approved or denied, before findings could be accepted.',
  payload: decided.extend({ option: escalationOptionV1.optional() }),
  sample: decidedSample,
});
