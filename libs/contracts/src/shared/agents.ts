import { z } from 'zod';
import { agentId, principalId, timestamp } from './ids';

export const agentTypes = [
  'CODING',
  'ENHANCEMENT',
  'EXAMINATION',
  'TESTING',
  'DOCUMENTATION',
  'SECURITY',
  'PROJECT',
  'LEARNING',
] as const;
export const agentType = z.enum(agentTypes);
export type AgentType = z.output<typeof agentType>;

export const capabilities = z.array(z.string().min(1).max(100)).min(1).max(50);

export const liveness = z.enum(['online', 'late', 'offline']);
export type Liveness = z.output<typeof liveness>;
export const enforcement = z.enum(['none', 'warned', 'suspended', 'frozen']);
export const workState = z.enum(['idle', 'working', 'stalled']);

/**
 * An agent's authority under sanctions. `active`: everything that its type may do. `suspended` for silence: it may
 * report, but gets no work. `suspended` for a violation, or `frozen`: it may only query its own status.
 */
export const agentStanding = z.enum(['active', 'suspended', 'frozen']);
export type AgentStanding = z.output<typeof agentStanding>;
/** Good reports end a suspension for silence, an administrator every other sanction. */
export const sanctionCause = z.enum(['silence', 'violation']);

/** Attempts that one agent may hold at once. */
export const maximumSlots = 100;

/** At most 16 KiB once encoded; the platform stores it and reads only `concurrency` (1 to 100, default 1). */
export const agentConfig = z.record(z.string().max(100), z.json());

export const agentStatus = z.enum(['active', 'retired']);

export const agentResource = z.object({
  agent_id: agentId,
  agent_type: agentType,
  capabilities,
  config: agentConfig,
  principal_id: principalId,
  status: agentStatus,
  created_at: timestamp,
  /** Whether it may work, and why not. */
  standing: z
    .object({
      status: agentStanding,
      cause: sanctionCause.nullable(),
      reason: z.string(),
      /** `platform`, or the operator. */
      changed_by: z.string(),
      changed_at: timestamp,
    })
    .optional(),
});
export type AgentResource = z.output<typeof agentResource>;

export const agentStatusResource = z.object({
  agent_id: agentId,
  agent_type: agentType,
  liveness,
  enforcement,
  work: workState,
  last_report_at: timestamp.nullable(),
  tasks: z.array(z.string()),
  metrics: z.record(z.string(), z.number()),
  /** Age of this answer, in milliseconds. */
  age_ms: z.number().int().min(0),
});
