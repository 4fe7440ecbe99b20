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
  /** Decisions that the workflow waits for now. */
  waiting_for: z.array(
    z.object({ approval_id: uuid, kind: gateKind, subject_digest: digest, expires_at: timestamp }),
  ),
  error: errorShape.nullable(),
  trace_id: z.string(),
  created_at: timestamp,
  ended_at: timestamp.nullable(),
  /** Notes about the plan's base, for a person. */
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
    .nullable(),
  /** For an escalation: the rejected change, and why. */
  escalation: escalation.nullable(),
  /** For a decided escalation: the option. */
  option: escalationOption.nullable(),
  expires_at: timestamp,
  decided_at: timestamp.nullable(),
});
export type ApprovalResource = z.output<typeof approvalResource>;

/** The format before findings could be accepted. */
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
  /** Reasons of selections and retries; newest last. */
  reasons: z.array(z.string()),
  findings,
  error: errorShape.nullable(),
  started_at: timestamp.nullable(),
  ended_at: timestamp.nullable(),
  /** When the agent confirmed that canceled work has stopped: of a canceled step, its last process has ended. */
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

/** An entry for verifiers. Its members are not validated: a forged one must arrive unchanged. */
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
  /** The log's stored leaf hash, in base64; null when it has none. */
  leaf_hash: z.string().nullable(),
});
