import { z } from 'zod';
import { defineEvent } from '../define/message';
import { agentStanding, agentType, capabilities, maximumSlots, sanctionCause } from '../shared/agents';
import { agentId, principalId, timestamp } from '../shared/ids';

export const enrolmentCreated = defineEvent({
  name: 'registry.enrolment.created',
  version: 1,
  owner: 'registry',
  summary: 'An administrator created a single-use token with which a principal or an agent may join.',
  payload: z.object({
    /** The token's public part. */
    enrolment_id: z.string(),
    kind: z.enum(['principal', 'agent']),
    created_by: z.string(),
    expires_at: timestamp,
  }),
  sample: {
    enrolment_id: '0123456789abcdef',
    kind: 'principal',
    created_by: 'ada',
    expires_at: '2026-01-01T01:00:00.000Z',
  },
});

export const principalEnrolled = defineEvent({
  name: 'registry.principal.enrolled',
  version: 1,
  owner: 'registry',
  summary: 'A principal has a credential and a queue of its own.',
  payload: z.object({
    principal_id: principalId,
    partition: z.number().int().min(0).max(63),
    enrolled_by: z.string(),
  }),
  sample: { principal_id: 'runner-1', partition: 17, enrolled_by: 'admin' },
});

export const agentRegistered = defineEvent({
  name: 'registry.agent.registered',
  version: 1,
  owner: 'registry',
  summary: 'An agent exists and may be given work once it reports.',
  payload: z.object({
    agent_id: agentId,
    agent_type: agentType,
    capabilities,
    principal_id: principalId,
    partition: z.number().int().min(0).max(63),
    /** Raised by every sanction; leases record the epoch they were given under. */
    credential_epoch: z.number().int().min(1),
    /** Attempts that it may hold at once; absent: 1. */
    slots: z.number().int().min(1).max(maximumSlots).optional(),
    registered_at: timestamp,
  }),
  sample: {
    agent_id: 'tester-1',
    agent_type: 'TESTING',
    capabilities: ['node:test'],
    principal_id: 'runner-1',
    partition: 17,
    credential_epoch: 1,
    slots: 2,
    registered_at: '2026-01-01T00:00:00.000Z',
  },
});

export const agentRetired = defineEvent({
  name: 'registry.agent.retired',
  version: 1,
  owner: 'registry',
  summary: 'The agent gets no more work and may not report.',
  payload: z.object({
    agent_id: agentId,
    principal_id: principalId,
    reason: z.string().max(500),
    retired_by: z.string().optional(),
  }),
  sample: { agent_id: 'tester-1', principal_id: 'runner-1', reason: 'Replaced.' },
});

export const agentStandingChanged = defineEvent({
  name: 'registry.agent.standing_changed',
  version: 1,
  owner: 'registry',
  summary: 'An agent was sanctioned or reinstated. Work that it got before a sanction is void.',
  payload: z.object({
    agent_id: agentId,
    principal_id: principalId,
    status: agentStanding,
    /** For a sanction, `silence` or `violation`; for its end, its author: good reports, or an administrator. */
    cause: z.enum([...sanctionCause.options, 'recovery', 'lifted']).nullable(),
    /** Raised by each sanction, never lowered. */
    credential_epoch: z.number().int().min(1),
    reason: z.string().max(1000),
    /** `platform`, or the operator who lifted it. */
    changed_by: z.string().max(100),
    changed_at: timestamp,
  }),
  sample: {
    agent_id: 'tester-1',
    principal_id: 'runner-1',
    status: 'suspended',
    cause: 'silence',
    credential_epoch: 2,
    reason: '5 reports are missing.',
    changed_by: 'platform',
    changed_at: '2026-01-01T00:05:00.000Z',
  },
});

export const sessionOpened = defineEvent({
  name: 'registry.session.opened',
  version: 1,
  owner: 'registry',
  summary: 'A principal said hello and got a session; its earlier sessions are over.',
  payload: z.object({
    principal_id: principalId,
    session: z.number().int().min(1),
    agent_ids: z.array(agentId),
    interval_s: z.number(),
    opened_at: timestamp,
  }),
  sample: {
    principal_id: 'runner-1',
    session: 3,
    agent_ids: ['tester-1'],
    interval_s: 60,
    opened_at: '2026-01-01T00:00:00.000Z',
  },
});

export const authenticationFailed = defineEvent({
  name: 'registry.authentication.failed',
  version: 1,
  owner: 'registry',
  summary: 'A credential was refused; counted and throttled by key.',
  payload: z.object({
    principal_id: z.string().max(300),
    code: z.string(),
    failures: z.number().int().min(1),
  }),
  sample: { principal_id: 'runner-1', code: 'credential_invalid', failures: 4 },
});
