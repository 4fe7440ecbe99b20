import { z } from 'zod';
import { added } from '../define/added';
import { defineCommand } from '../define/message';
import { escalationOption, escalationOptionV1 } from '../shared/escalation';
import { revertedChange } from '../shared/change';
import { agentId, digest, gitObjectId, projectId, timestamp, uuid } from '../shared/ids';
import { intent, plan } from '../shared/plan';
import { performancePolicy, projectCommands } from '../shared/project';
import { sampleDigest, sampleId, sampleOid, samplePlan, sampleTime } from '../shared/samples';

const preparedChange = z.object({
  step_id: z.string(),
  /** The task under which integration has recorded the change, at attempt 1. */
  task_id: uuid,
  change_id: uuid,
  base: gitObjectId,
  commit: gitObjectId,
  tree: gitObjectId,
  agent_id: agentId,
  /** The change that this one reverts. */
  reverts: revertedChange,
});

export const startWorkflow = defineCommand({
  name: 'orchestrator.start_workflow',
  version: 1,
  owner: 'orchestrator',
  senders: ['coordinator'],
  summary: 'Execute this plan.',
  payload: z.object({
    workflow_id: uuid,
    request_id: uuid,
    requested_by: z.string(),
    request_text: z.string(),
    intent,
    plan,
    plan_digest: digest,
    project: z.object({
      project_id: projectId,
      default_branch: z.string(),
      commands: projectCommands,
      performance: performancePolicy,
      workspace_url: z.string(),
    }),
    base: gitObjectId,
    /** The output of the plan's changing step, which integration has created already; that step begins completed. */
    prepared: added(preparedChange),
  }),
  sample: {
    workflow_id: sampleId('bb'),
    request_id: sampleId('aa'),
    requested_by: 'ada',
    request_text: 'Improve the performance of this algorithm',
    intent: 'ENHANCE',
    plan: samplePlan,
    plan_digest: sampleDigest,
    project: {
      project_id: 'sample',
      default_branch: 'main',
      commands: { test: 'node --test' },
      performance: { min_speedup: 1.5 },
      workspace_url: 'http://127.0.0.1:8005/git/sample.git',
    },
    base: sampleOid,
  },
});

const gateDecision = z.object({
  gate_id: uuid,
  workflow_id: uuid,
  subject_digest: digest,
  decision: z.enum(['approved', 'denied']),
  approval_id: uuid,
  decided_by: z.string(),
  reason: z.string().max(2000).optional(),
});
const gateDecisionSample = {
  gate_id: sampleId('dd'),
  workflow_id: sampleId('bb'),
  subject_digest: sampleDigest,
  decision: 'approved' as const,
  approval_id: sampleId('cc'),
  decided_by: 'grace',
};

export const resolveGate = defineCommand({
  name: 'orchestrator.resolve_gate',
  version: 2,
  owner: 'orchestrator',
  senders: ['coordinator'],
  summary: 'A decision about a gate; without effect unless the digest is still the gate’s subject.',
  payload: gateDecision.extend({
    /** For an escalation, where only this counts. */
    option: escalationOption.optional(),
    decided_by: z.string().min(1).max(100),
    decided_at: timestamp,
  }),
  sample: { ...gateDecisionSample, decided_at: sampleTime },
});

/** Still handled from queues; no longer sent. */
export const resolveGateV1 = defineCommand({
  name: 'orchestrator.resolve_gate',
  version: 1,
  owner: 'orchestrator',
  senders: ['coordinator'],
  summary: 'A decision about a gate, before findings could be accepted.',
  payload: gateDecision.extend({ option: escalationOptionV1.optional() }),
  sample: gateDecisionSample,
});

export const cancelWorkflow = defineCommand({
  name: 'orchestrator.cancel_workflow',
  version: 1,
  owner: 'orchestrator',
  senders: ['coordinator'],
  summary: 'Cancel the workflow: running tasks are canceled, nothing lands.',
  payload: z.object({ workflow_id: uuid, canceled_by: z.string(), reason: z.string().max(500) }),
  sample: { workflow_id: sampleId('bb'), canceled_by: 'ada', reason: 'Not needed any more.' },
});
