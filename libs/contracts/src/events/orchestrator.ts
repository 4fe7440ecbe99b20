import { z } from 'zod';
import { defineEvent } from '../define/message';
import { agentType } from '../shared/agents';
import { attributedVerdict, beforeAfter, findings, testSummary } from '../shared/change';
import { escalation, escalationOption, escalationOptionV1 } from '../shared/escalation';
import { errorShape } from '../shared/failure';
import { agentId, digest, gitObjectId, projectId, timestamp, uuid } from '../shared/ids';
import { gateKind, stepState } from '../shared/plan';
import { sampleDigest, sampleId, sampleOid, sampleTime } from '../shared/samples';

const run = { workflow_id: uuid, request_id: uuid, project_id: projectId };
const runSample = { workflow_id: sampleId('bb'), request_id: sampleId('aa'), project_id: 'sample' };

export const workflowStarted = defineEvent({
  name: 'orchestrator.workflow.started',
  version: 1,
  owner: 'orchestrator',
  summary: 'A workflow was created; its steps follow as events.',
  payload: z.object({ ...run, plan_digest: digest, base: gitObjectId, started_at: timestamp }),
  sample: { ...runSample, plan_digest: sampleDigest, base: sampleOid, started_at: sampleTime },
});

export const stepChanged = defineEvent({
  name: 'orchestrator.step.changed',
  version: 1,
  owner: 'orchestrator',
  summary: 'A step moved to another state.',
  payload: z.object({
    ...run,
    step_id: z.string(),
    name: z.string(),
    state: stepState,
    attempt: z.number().int().min(0),
    agent_type: agentType.optional(),
    agent_id: agentId.optional(),
    task_id: uuid.optional(),
    /** Why: selection, retry, failure; one sentence. */
    reason: z.string().max(1000).optional(),
    error: errorShape.optional(),
    findings: findings.optional(),
    changed_at: timestamp,
  }),
  sample: {
    ...runSample,
    step_id: 'enhance',
    name: 'enhance',
    state: 'running',
    attempt: 1,
    agent_type: 'ENHANCEMENT',
    agent_id: 'enhancer-1',
    task_id: sampleId('ee'),
    changed_at: sampleTime,
  },
});

export const taskProgressed = defineEvent({
  name: 'orchestrator.task.progressed',
  version: 1,
  owner: 'orchestrator',
  summary: 'An agent reported its progress.',
  payload: z.object({
    ...run,
    step_id: z.string(),
    task_id: uuid,
    attempt: z.number().int().min(1),
    agent_id: agentId,
    progress: z.number().min(0).max(1),
    step: z.string(),
  }),
  sample: {
    ...runSample,
    step_id: 'test',
    task_id: sampleId('ee'),
    attempt: 1,
    agent_id: 'tester-1',
    progress: 0.5,
    step: 'running tests',
  },
});

export const gateOpened = defineEvent({
  name: 'orchestrator.gate.opened',
  version: 1,
  owner: 'orchestrator',
  summary: 'A gate waits for a decision about exactly this subject.',
  payload: z.object({
    ...run,
    gate_id: uuid,
    step_id: z.string(),
    kind: gateKind,
    subject_digest: digest,
    /** For a landing gate: the change that would land. */
    landing: z
      .object({
        change_id: uuid,
        base: gitObjectId,
        commit: gitObjectId,
        tree: gitObjectId,
        verdict: attributedVerdict,
        tests: testSummary,
      })
      .optional(),
    /** For an escalation: the rejected change, and why. */
    escalation: escalation.optional(),
    expires_at: timestamp,
  }),
  sample: {
    ...runSample,
    gate_id: sampleId('dd'),
    step_id: 'approve_plan',
    kind: 'plan_approval',
    subject_digest: sampleDigest,
    expires_at: '2026-01-02T00:00:00.000Z',
  },
});

const closed = z.object({
  ...run,
  gate_id: uuid,
  step_id: z.string(),
  outcome: z.enum(['approved', 'denied', 'expired', 'voided']),
});
const closedSample = {
  ...runSample,
  gate_id: sampleId('dd'),
  step_id: 'approve_plan',
  outcome: 'approved' as const,
};

export const gateClosed = defineEvent({
  name: 'orchestrator.gate.closed',
  version: 2,
  owner: 'orchestrator',
  summary: 'A gate was decided, expired or was voided; a later decision has no effect.',
  payload: closed.extend({
    /** Of a decided escalation. */
    option: escalationOption.optional(),
  }),
  sample: closedSample,
});

/** Still handled from queues; no longer sent. */
export const gateClosedV1 = defineEvent({
  name: 'orchestrator.gate.closed',
  version: 1,
  owner: 'orchestrator',
  summary: 'A gate was closed, before findings could be accepted.',
  payload: closed.extend({ option: escalationOptionV1.optional() }),
  sample: closedSample,
});

export const workflowEscalated = defineEvent({
  name: 'orchestrator.workflow.escalated',
  version: 1,
  owner: 'orchestrator',
  summary:
    'Work was rejected as often as the plan allows: a person must decide, at the gate that opened with this event.',
  payload: z.object({
    ...run,
    /** The step that rejected the work. */
    step_id: z.string(),
    gate_id: uuid,
    /** How often this step has sent the work back. */
    rounds: z.number().int().min(0),
    findings,
    reason: z.string().max(1000),
    expires_at: timestamp,
  }),
  sample: {
    ...runSample,
    step_id: 'validate',
    gate_id: sampleId('dd'),
    rounds: 2,
    findings: [{ code: 'speedup_too_small', severity: 'high', message: 'The median speed-up is 1.1.' }],
    reason: 'Sent back 2 time(s) and still rejected: The examination rejected the change.',
    expires_at: '2026-01-02T00:00:00.000Z',
  },
});

export const workflowResult = z.object({
  change: z.object({ change_id: uuid, commit: gitObjectId, tree: gitObjectId, agent_id: agentId }).optional(),
  verdict: attributedVerdict.optional(),
  tests: testSummary.optional(),
  before_after: beforeAfter.optional(),
  findings: findings.optional(),
  landed: z.object({ commit: gitObjectId, tree: gitObjectId, branch: z.string() }).optional(),
  /** Sum of `metrics.tool_ms` over all attempts. */
  tool_ms: z.number().min(0),
});

export const workflowCompleted = defineEvent({
  name: 'orchestrator.workflow.completed',
  version: 1,
  owner: 'orchestrator',
  summary: 'Every step of the workflow is completed.',
  payload: z.object({ ...run, result: workflowResult, completed_at: timestamp }),
  sample: { ...runSample, result: { tool_ms: 4200 }, completed_at: sampleTime },
});

export const workflowFailed = defineEvent({
  name: 'orchestrator.workflow.failed',
  version: 1,
  owner: 'orchestrator',
  summary: 'The workflow failed; nothing landed.',
  payload: z.object({
    ...run,
    step_id: z.string().optional(),
    error: errorShape,
    result: workflowResult,
    failed_at: timestamp,
  }),
  sample: {
    ...runSample,
    step_id: 'enhance',
    error: { code: 'agent_failed', message: 'The command ended with code 1.', retryable: false },
    result: { tool_ms: 100 },
    failed_at: sampleTime,
  },
});

export const workflowCanceled = defineEvent({
  name: 'orchestrator.workflow.canceled',
  version: 1,
  owner: 'orchestrator',
  summary: 'A person canceled the workflow.',
  payload: z.object({ ...run, canceled_by: z.string(), canceled_at: timestamp }),
  sample: { ...runSample, canceled_by: 'ada', canceled_at: sampleTime },
});
