import { z } from 'zod';
import { defineEvent } from '../define/message';
import { agentType, liveness } from '../shared/agents';
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
    'A principal tried what it may not: a report for an agent it does not own, of an older session, or malformed.',
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
