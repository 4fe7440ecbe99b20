import { z } from 'zod';
import { added } from '../define/added';
import { agentType } from './agents';
import { attributedVerdict, findings, testSummary } from './change';
import { escalation, escalationOption, escalationOptionV1 } from './escalation';
import { errorShape } from './failure';
import { agentId, digest, gitObjectId, projectId, timestamp, uuid } from './ids';
import { gateKind, intent, plan, planNotes, stepState, workflowState } from './plan';
import { workflowResult } from '../events/orchestrator';

export const requestState = z.enum(['input_required', 'running', 'completed', 'failed', 'canceled']);

export const requestResource = z.object({
  request_id: uuid,
  project_id: projectId,
  text: z.string(),
  requested_by: z.string(),
  state: requestState,
  intent: intent.nullable(),
  confidence: z.number().min(0).max(1),
  /** Why this intent: the words and rules that decided. */
  evidence: z.array(z.string()),
  question: z.string().nullable(),
  plan: plan.nullable(),
  plan_digest: digest.nullable(),
  workflow_id: uuid.nullable(),
  /** Decisions that the run waits for now. */
  waiting_for: z.array(
    z.object({ approval_id: uuid, kind: gateKind, subject_digest: digest, expires_at: timestamp }),
  ),
  error: errorShape.nullable(),
  trace_id: z.string(),
  created_at: timestamp,
  ended_at: timestamp.nullable(),
  /** What a person should know about what the plan works on. */
  notes: added(planNotes),
});
export type RequestResource = z.output<typeof requestResource>;

export const approvalResource = z.object({
  approval_id: uuid,
  gate_id: uuid,
  request_id: uuid,
  workflow_id: uuid,
  kind: gateKind,
  subject_digest: digest,
  state: z.enum(['pending', 'approved', 'denied', 'voided']),
  requested_by: z.string(),
  decided_by: z.string().nullable(),
  reason: z.string().nullable(),
  /** For a landing gate: what would land. */
  landing: z
    .object({
      change_id: uuid,
      base: gitObjectId,
      commit: gitObjectId,
      tree: gitObjectId,
      verdict: attributedVerdict,
      tests: testSummary,
    })
    .nullable(),
  /** For an escalation: what was rejected, and why. */
  escalation: escalation.nullable(),
  /** For an escalation that was decided: what for. */
  option: escalationOption.nullable(),
  expires_at: timestamp,
  decided_at: timestamp.nullable(),
});
export type ApprovalResource = z.output<typeof approvalResource>;

/** As it was before findings could be accepted. */
export const approvalResourceV1 = approvalResource.extend({ option: escalationOptionV1.nullable() });
export type ApprovalResourceV1 = z.output<typeof approvalResourceV1>;

export const stepResource = z.object({
  step_id: z.string(),
  name: z.string(),
  kind: z.enum(['task', 'gate', 'integration']),
  state: stepState,
  agent_type: agentType.nullable(),
  agent_id: agentId.nullable(),
  task_id: uuid.nullable(),
  attempts: z.number().int().min(0),
  progress: z.number().min(0).max(1),
  /** Why this agent, why this retry; newest last. */
  reasons: z.array(z.string()),
  findings,
  error: errorShape.nullable(),
  started_at: timestamp.nullable(),
  ended_at: timestamp.nullable(),
  /** When the agent said that what was taken from it has stopped: of a canceled step, its last process is gone. */
  stopped_at: timestamp.optional(),
  tool_ms: z.number().min(0),
});
export type StepResource = z.output<typeof stepResource>;

export const workflowResource = z.object({
  workflow_id: uuid,
  request_id: uuid,
  project_id: projectId,
  state: workflowState,
  plan_digest: digest,
  base: gitObjectId,
  steps: z.array(stepResource),
  result: workflowResult,
  error: errorShape.nullable(),
  started_at: timestamp,
  ended_at: timestamp.nullable(),
});
export type WorkflowResource = z.output<typeof workflowResource>;

export const auditEntry = z.object({
  index: z.number().int().min(0),
  event_id: uuid,
  type: z.string(),
  source: z.string(),
  subject: z.string(),
  time: timestamp,
  trace_id: z.string().nullable(),
  data_digest: digest,
  data: z.json(),
});

/** An entry for whoever checks the log. Says nothing of what its members should be: a forged one must arrive as it is. */
export const auditRecord = z.object({
  index: z.number().int(),
  event_id: z.string(),
  type: z.string(),
  source: z.string(),
  subject: z.string(),
  aggregate_version: z.number().int(),
  time: z.string(),
  trace_id: z.string().nullable(),
  /** `sha256:<hex>` of `data`. */
  data_digest: z.string(),
  /** Canonical JSON, as text. */
  data: z.string(),
  /** What the log remembers of the leaf, in base64; null when it remembers nothing. */
  leaf_hash: z.string().nullable(),
});
