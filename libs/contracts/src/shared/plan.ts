import { z } from 'zod';
import { agentType } from './agents';

export const intents = [
  'FEATURE',
  'DEBUG',
  'ENHANCE',
  'REVIEW',
  'TEST',
  'DOCUMENT',
  'SECURITY',
  'INTEGRATE',
  'INSIGHT',
  'OTHER',
] as const;
export const intent = z.enum(intents);
export type Intent = z.output<typeof intent>;

/** The types of tasks for agents. */
export const taskTypes = ['review', 'analyse', 'enhance', 'code', 'fix', 'test', 'validate'] as const;
export const taskType = z.enum(taskTypes);
export type TaskType = z.output<typeof taskType>;

export const plannedGateKind = z.enum(['plan_approval', 'landing_approval']);
/** `escalation` is in no plan: the orchestrator opens it when a loop is exhausted. */
export const gateKind = z.enum([...plannedGateKind.options, 'escalation']);
export type GateKind = z.output<typeof gateKind>;

const stepId = z.string().regex(/^[a-z][a-z0-9_]{0,40}$/);

const stepCommon = { step_id: stepId, name: z.string().max(100), depends_on: z.array(stepId).max(50) };

/** A step done by an agent. */
export const taskStep = z.object({
  ...stepCommon,
  kind: z.literal('task'),
  agent_type: agentType,
  task_type: taskType,
  /** `change`: completes only when integration has created its commit. `verdict`: must approve that commit. */
  produces: z.enum(['findings', 'change', 'tests', 'verdict']),
  max_attempts: z.number().int().min(1).max(10),
  /** Seconds one attempt may run. */
  timeout_s: z.number().int().min(1).max(86_400),
  /** A failed or rejecting outcome goes back to an earlier step with its findings, at most `max_loops` times. */
  on_rejection: z.object({ loop_back_to: stepId, max_loops: z.number().int().min(1).max(10) }).optional(),
});

/** A person's decision, bound to a digest. */
export const gateStep = z.object({
  ...stepCommon,
  kind: z.literal('gate'),
  gate: plannedGateKind,
  expires_s: z.number().int().min(1),
});

/** Landing, done by the integration service as the PROJECT agent. */
export const integrationStep = z.object({
  ...stepCommon,
  kind: z.literal('integration'),
  timeout_s: z.number().int().min(1),
});

export const planStep = z.discriminatedUnion('kind', [taskStep, gateStep, integrationStep]);
export type PlanStep = z.output<typeof planStep>;

export const risk = z.enum(['low', 'medium', 'high', 'critical']);

export const plan = z.object({
  intent,
  title: z.string().max(200),
  risk,
  steps: z.array(planStep).min(1).max(200),
  /** Wall time for the whole workflow, in seconds. */
  budget_s: z
    .number()
    .int()
    .min(1)
    .max(7 * 86_400),
});
export type Plan = z.output<typeof plan>;

/** Notes about the plan's base, such as that the upstream could not be reached. */
export const planNotes = z.array(z.string().max(1000)).max(20);

export const stepState = z.enum([
  'pending',
  'ready',
  'dispatched',
  'running',
  'materialising',
  'waiting_gate',
  'retry_wait',
  'completed',
  'failed',
  'canceled',
  'skipped',
]);
export type StepState = z.output<typeof stepState>;

export const workflowState = z.enum(['running', 'completed', 'failed', 'canceled']);
export type WorkflowState = z.output<typeof workflowState>;
