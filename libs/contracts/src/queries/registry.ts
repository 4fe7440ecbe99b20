import { z } from 'zod';
import { added } from '../define/added';
import { defineQuery } from '../define/message';
import {
  agentConfig,
  agentResource,
  agentStanding,
  agentStatus,
  agentType,
  capabilities,
  sanctionCause,
} from '../shared/agents';
import {
  actor,
  agentCursor,
  agentId,
  canaryName,
  cursor,
  pageSize,
  principalId,
  timestamp,
} from '../shared/ids';
import { sampleTime } from '../shared/samples';

/** The caller, as the gateway authenticated it. */
const caller = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('operator'), actor }),
  z.object({ kind: z.literal('principal'), principal_id: principalId }),
  z.object({ kind: z.literal('enrolment'), enrolment_token: z.string().max(200) }),
]);

const principalStanding = z.enum([...agentStanding.options, 'retired']);

/** Connection data of a principal; the credential is shown once and stored only hashed. */
export const principalCredential = z.object({
  principal_id: principalId,
  credential: z.string(),
  expires_at: timestamp,
  broker: z.object({ url: z.string(), vhost: z.string(), queue: z.string() }),
});

const agentSample = {
  agent_id: 'tester-1',
  agent_type: 'TESTING' as const,
  capabilities: ['node:test'],
  config: {},
  principal_id: 'runner-1',
  status: 'active' as const,
  created_at: sampleTime,
};

export const createEnrolment = defineQuery({
  name: 'registry.create_enrolment',
  version: 1,
  owner: 'registry',
  senders: ['gateway'],
  summary: 'A single-use token with which a principal or a single agent joins.',
  payload: z.object({
    kind: z.enum(['principal', 'agent']),
    valid_s: z.number().int().min(60).max(86_400),
    created_by: actor,
  }),
  reply: z.object({ enrolment_token: z.string(), expires_at: timestamp }),
  sample: { kind: 'principal', valid_s: 3600, created_by: { name: 'root', roles: ['admin'] } },
  replySample: { enrolment_token: 'yme_0_example', expires_at: sampleTime },
});

export const enrolPrincipal = defineQuery({
  name: 'registry.enrol_principal',
  version: 1,
  owner: 'registry',
  senders: ['gateway'],
  summary: 'Spend an enrolment token: a principal with a credential and a queue.',
  payload: z.object({ enrolment_token: z.string().max(200), principal_id: principalId }),
  reply: principalCredential,
  sample: { enrolment_token: 'yme_0_example', principal_id: 'runner-1' },
  replySample: {
    principal_id: 'runner-1',
    credential: 'ymk_0_example',
    expires_at: sampleTime,
    broker: { url: 'amqp://127.0.0.1:5672', vhost: '/agents', queue: 'agent.runner-1' },
  },
});

export const registerAgent = defineQuery({
  name: 'registry.register_agent',
  version: 1,
  owner: 'registry',
  senders: ['gateway'],
  summary: 'Register an agent under a principal, or with a principal of its own (enrolment token).',
  payload: z.object({
    caller,
    agent_id: agentId,
    agent_type: agentType,
    capabilities,
    config: agentConfig,
    idempotency_key: z.string().max(200).optional(),
  }),
  reply: z.object({ agent: agentResource, principal: principalCredential.optional() }),
  sample: {
    caller: { kind: 'principal', principal_id: 'runner-1' },
    agent_id: 'tester-1',
    agent_type: 'TESTING',
    capabilities: ['node:test'],
    config: {},
  },
  replySample: { agent: agentSample },
});

export const authenticatePrincipal = defineQuery({
  name: 'registry.authenticate_principal',
  version: 1,
  owner: 'registry',
  senders: ['gateway', 'integration'],
  summary:
    'Check a credential. Refusals are counted and throttled; a principal without any access is refused by its sanction status.',
  payload: z.object({
    principal_id: principalId.optional(),
    credential: z.string().max(300),
    /** Also recognise a principal without any access; the reply says so, and the caller refuses it. */
    any_standing: z.boolean().optional(),
  }),
  reply: z.object({
    principal_id: principalId,
    /** Why it is refused everywhere but for its own status; absent when it is not. */
    denied: z
      .object({
        status: principalStanding,
        retry_after_s: z.number().nullable(),
      })
      .optional(),
  }),
  sample: { credential: 'ymk_0_example' },
  replySample: { principal_id: 'runner-1' },
});

export const getAgent = defineQuery({
  name: 'registry.get_agent',
  version: 1,
  owner: 'registry',
  senders: ['gateway'],
  summary: 'One agent.',
  payload: z.object({ agent_id: agentId }),
  reply: agentResource,
  sample: { agent_id: 'tester-1' },
  replySample: agentSample,
});

/** For older gateways; it has no cursor for an agent whose id is long. */
export const listAgentsV1 = defineQuery({
  name: 'registry.list_agents',
  version: 1,
  owner: 'registry',
  senders: ['gateway', 'coordinator'],
  summary: 'Agents by id, a page at a time.',
  payload: z.object({ agent_type: agentType.optional(), cursor: cursor.optional(), limit: pageSize }),
  reply: z.object({ items: z.array(agentResource), next_cursor: cursor.nullable() }),
  sample: { limit: 50 },
  replySample: { items: [agentSample], next_cursor: null },
});

export const listAgents = defineQuery({
  name: 'registry.list_agents',
  version: 2,
  owner: 'registry',
  senders: ['gateway', 'coordinator'],
  summary: 'Agents by id, a page at a time.',
  payload: z.object({
    agent_type: agentType.optional(),
    /** Only agents of this status. A registry of before ignores it. */
    status: added(agentStatus),
    cursor: agentCursor.optional(),
    limit: pageSize,
  }),
  reply: z.object({ items: z.array(agentResource), next_cursor: agentCursor.nullable() }),
  sample: { limit: 50 },
  replySample: { items: [agentSample], next_cursor: null },
});

export const retireAgent = defineQuery({
  name: 'registry.retire_agent',
  version: 1,
  owner: 'registry',
  senders: ['gateway'],
  summary: 'The agent gets no more work.',
  payload: z.object({ agent_id: agentId, reason: z.string().max(500), actor }),
  reply: agentResource,
  sample: { agent_id: 'tester-1', reason: 'Replaced.', actor: { name: 'root', roles: ['admin'] } },
  replySample: { ...agentSample, status: 'retired' as const },
});

export const principalStatus = defineQuery({
  name: 'registry.principal_status',
  version: 1,
  owner: 'registry',
  senders: ['gateway', 'integration'],
  summary: 'A principal’s own status, also while it is refused elsewhere.',
  payload: z.object({ principal_id: principalId }),
  reply: z.object({
    principal_id: principalId,
    status: principalStanding,
    /** Whether it may connect and report now, which ends a suspension for silence. */
    may_report: z.boolean().optional(),
    agent_ids: z.array(agentId),
    /** Its sanctioned agents, and why. */
    sanctions: z
      .array(
        z.object({
          agent_id: agentId,
          status: agentStanding,
          cause: sanctionCause,
          reason: z.string(),
          since: timestamp,
        }),
      )
      .optional(),
    retry_after_s: z.number().nullable(),
  }),
  sample: { principal_id: 'runner-1' },
  replySample: { principal_id: 'runner-1', status: 'active', agent_ids: ['tester-1'], retry_after_s: null },
});

export const liftFreeze = defineQuery({
  name: 'registry.lift_freeze',
  version: 1,
  owner: 'registry',
  senders: ['gateway'],
  summary:
    'Restore the authority that a freeze, or a suspension for a violation, removed from an agent. Only an administrator may.',
  payload: z.object({ agent_id: agentId, reason: z.string().min(10).max(1000), actor }),
  reply: agentResource,
  sample: {
    agent_id: 'tester-1',
    reason: 'The host was out of memory; it has more now.',
    actor: { name: 'root', roles: ['admin'] },
  },
  replySample: {
    ...agentSample,
    standing: {
      status: 'active' as const,
      cause: null,
      reason: 'The host was out of memory; it has more now.',
      changed_by: 'root',
      changed_at: sampleTime,
    },
  },
});

export const recallCanary = defineQuery({
  name: 'registry.recall_canary',
  version: 1,
  owner: 'registry',
  senders: ['reporting'],
  summary:
    'Whether the broker asked the answering instance to authenticate a probe; no answer without a database.',
  payload: z.object({ name: canaryName }),
  reply: z.object({
    /** Null when it was not asked, or so long ago that newer probes have evicted it. */
    asked_at: timestamp.nullable(),
  }),
  sample: { name: '_canary-00000000000000000000000000000000' },
  replySample: { asked_at: sampleTime },
});
