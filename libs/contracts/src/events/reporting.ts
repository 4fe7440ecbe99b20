import { z } from 'zod';
import { defineEvent } from '../define/message';
import { agentType, enforcement, liveness } from '../shared/agents';
import { severity } from '../shared/change';
import { agentId, principalId, timestamp } from '../shared/ids';

export const livenessChanged = defineEvent({
  name: 'reporting.agent.liveness_changed',
  version: 1,
  owner: 'reporting',
  summary: 'An agent’s reports began, became late, or stopped. Measured on the server’s receive time.',
  payload: z.object({
    agent_id: agentId,
    agent_type: agentType,
    principal_id: principalId,
    from: liveness,
    to: liveness,
    last_report_at: timestamp.nullable(),
    missed: z.number().int().min(0),
  }),
  sample: {
    agent_id: 'tester-1',
    agent_type: 'TESTING',
    principal_id: 'runner-1',
    from: 'late',
    to: 'online',
    last_report_at: '2026-01-01T00:00:00.000Z',
    missed: 0,
  },
});

export const issueReported = defineEvent({
  name: 'reporting.issue.reported',
  version: 1,
  owner: 'reporting',
  summary: 'An agent raised an issue, at once or in a report.',
  payload: z.object({
    agent_id: agentId,
    principal_id: principalId,
    code: z.string(),
    severity,
    message: z.string(),
    suggestion: z.string().optional(),
    received_at: timestamp,
  }),
  sample: {
    agent_id: 'tester-1',
    principal_id: 'runner-1',
    code: 'disk_full',
    severity: 'high',
    message: 'No space left on the device.',
    received_at: '2026-01-01T00:00:00.000Z',
  },
});

export const violationDetected = defineEvent({
  name: 'reporting.violation.detected',
  version: 1,
  owner: 'reporting',
  summary:
    'A principal committed a violation: a report for an agent that it does not own, of an older session, or malformed.',
  payload: z.object({
    principal_id: z.string().max(300),
    agent_id: z.string().max(300).optional(),
    code: z.string(),
    detected_at: timestamp,
  }),
  sample: {
    principal_id: 'runner-1',
    agent_id: 'other-1',
    code: 'not_owner',
    detected_at: '2026-01-01T00:00:00.000Z',
  },
});

export const enforcementChanged = defineEvent({
  name: 'reporting.agent.enforcement_changed',
  version: 1,
  owner: 'reporting',
  summary:
    'An agent’s sanction level rose for missed reports, or dropped by good reports or because its freeze was lifted.',
  payload: z.object({
    agent_id: agentId,
    agent_type: agentType,
    principal_id: principalId,
    from: enforcement,
    to: enforcement,
    cause: z.enum(['silence', 'recovery', 'lifted', 'policy']),
    /** Missed windows that count; 0 unless the cause is silence. */
    missed_windows: z.number().int().min(0),
    /** Null for an agent that has never reported; its missed reports count from its first session. */
    last_report_at: timestamp.nullable(),
    decided_at: timestamp,
    reason: z.string().max(1000),
  }),
  sample: {
    agent_id: 'tester-1',
    agent_type: 'TESTING',
    principal_id: 'runner-1',
    from: 'warned',
    to: 'suspended',
    cause: 'silence',
    missed_windows: 5,
    last_report_at: '2026-01-01T00:00:00.000Z',
    decided_at: '2026-01-01T00:05:06.000Z',
    reason: 'No report for 5 windows of 60 s.',
  },
});

/** Why sanctions are suppressed at the moment. */
const holdReason = z.enum(['ingest_unhealthy', 'authentication_unavailable', 'mass_silence', 'recovering']);

export const enforcementHeld = defineEvent({
  name: 'reporting.enforcement.held',
  version: 1,
  owner: 'reporting',
  summary:
    'One incident: missed reports lead to no sanctions, at all or in one group, because the platform itself may be at fault.',
  payload: z.object({
    reason_code: holdReason,
    /** `fleet`, `type:<agent type>` or `principal:<principal>`; all agents of the sender when it is absent. */
    group: z.string().max(300).optional(),
    since: timestamp,
    /** Agents whose sanctions are suppressed by it. */
    affected: z.number().int().min(0),
  }),
  sample: {
    reason_code: 'mass_silence',
    group: 'type:TESTING',
    since: '2026-01-01T00:00:00.000Z',
    affected: 12,
  },
});

export const enforcementResumed = defineEvent({
  name: 'reporting.enforcement.resumed',
  version: 1,
  owner: 'reporting',
  summary:
    'The incident is over. Silent agents have a full suspension window before missed reports count again.',
  payload: z.object({ held_since: timestamp, reason_code: holdReason }),
  sample: { held_since: '2026-01-01T00:00:00.000Z', reason_code: 'mass_silence' },
});
