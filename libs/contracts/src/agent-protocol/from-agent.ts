import { z } from 'zod';
import { added } from '../define/added';
import { defineAgentMessage } from '../define/agent-message';
import {
  artefact,
  beforeAfter,
  changeArtefact,
  findings,
  proposedChange,
  severity,
  testSummary,
  verdict,
} from '../shared/change';
import { errorShape } from '../shared/failure';
import { agentId, timestamp, uuid } from '../shared/ids';

const session = z.number().int().min(1);
const attemptKey = {
  agent_id: agentId,
  task_id: uuid,
  attempt: z.number().int().min(1),
  fencing_token: z.number().int().min(1),
};
const attemptSample = {
  agent_id: 'tester-1',
  task_id: '01936d00-0000-7000-8000-000000000001',
  attempt: 1,
  fencing_token: 7,
};

export const hello = defineAgentMessage({
  name: 'hello',
  channel: 'event',
  summary:
    'A principal requests a session; sent after every connect, with routing key event.hello.<principal>.',
  payload: z.object({
    protocol: z.literal(1),
    agent_ids: z.array(agentId).min(1).max(1000),
    sdk: z.string().max(100).optional(),
  }),
  sample: { protocol: 1, agent_ids: ['tester-1'], sdk: 'ymera-sdk/0.1.0' },
});

export const issue = z.object({
  code: z.string().max(100),
  severity,
  message: z.string().max(2000),
  suggestion: z.string().max(1000).optional(),
});

export const report = defineAgentMessage({
  name: 'report',
  channel: 'report',
  summary: 'The mandatory periodic report of one agent; `seq` rises within a session.',
  payload: z.object({
    agent_id: agentId,
    session,
    seq: z.number().int().min(1),
    sent_at: timestamp,
    metrics: z.object({ cpu_percent: z.number().min(0), memory_mb: z.number().min(0) }).catchall(z.number()),
    tasks: z
      .array(
        z.object({
          task_id: uuid,
          attempt: z.number().int().min(1),
          progress: z.number().min(0).max(1),
          step: z.string().max(200),
          /** Rises with every unit of work that is done: heartbeats while it stays the same mean a stalled agent. */
          counter: z.number().int().min(0),
        }),
      )
      .max(100),
    issues: z.array(issue).max(100),
    security_events: z.array(issue).max(100),
    resource_request: z
      .object({
        cpu: z.number().min(0).optional(),
        memory_mb: z.number().min(0).optional(),
        reason: z.string().max(500),
      })
      .optional(),
  }),
  sample: {
    agent_id: 'tester-1',
    session: 3,
    seq: 12,
    sent_at: '2026-01-01T00:00:00.000Z',
    metrics: { cpu_percent: 1.5, memory_mb: 80 },
    tasks: [],
    issues: [],
    security_events: [],
  },
});

export const issueRaised = defineAgentMessage({
  name: 'issue',
  channel: 'event',
  summary: 'An issue that cannot wait for the next report.',
  payload: issue.extend({ agent_id: agentId, session, task_id: uuid.optional() }),
  sample: {
    agent_id: 'tester-1',
    session: 3,
    code: 'disk_full',
    severity: 'high',
    message: 'No space left on the device.',
  },
});

export const taskAccepted = defineAgentMessage({
  name: 'task_accepted',
  channel: 'result',
  summary: 'The agent has begun; the attempt is running.',
  payload: z.object(attemptKey),
  sample: attemptSample,
});

export const taskDeclined = defineAgentMessage({
  name: 'task_declined',
  channel: 'result',
  summary: 'The agent declines this attempt; it goes to another agent. Not counted as a failure of the step.',
  payload: z.object({ ...attemptKey, code: z.string().max(100), message: z.string().max(1000) }),
  sample: { ...attemptSample, code: 'busy', message: 'All slots are taken.' },
});

export const progress = defineAgentMessage({
  name: 'progress',
  channel: 'result',
  summary: 'Extends the lease of the attempt and updates its progress.',
  payload: z.object({
    ...attemptKey,
    progress: z.number().min(0).max(1),
    step: z.string().max(200),
    counter: z.number().int().min(0),
  }),
  sample: { ...attemptSample, progress: 0.5, step: 'running tests', counter: 3 },
});

export const log = defineAgentMessage({
  name: 'log',
  channel: 'result',
  summary: 'A piece of the tool’s output, at most 64 KiB.',
  payload: z.object({ ...attemptKey, chunk: z.string().max(65_536), offset: z.number().int().min(0) }),
  sample: { ...attemptSample, chunk: 'ok 1 - removes duplicates\n', offset: 0 },
});

export const taskOutcome = z.enum(['completed', 'failed', 'rejected', 'canceled']);

export const result = defineAgentMessage({
  name: 'result',
  channel: 'result',
  summary: 'The end of an attempt. Deduplicated on (task_id, attempt, fencing_token).',
  payload: z.object({
    ...attemptKey,
    outcome: taskOutcome,
    change: proposedChange.optional(),
    /** Instead of `change`, where the patch is too large for a message: the agent has uploaded it as an artefact. */
    change_artefact: added(changeArtefact),
    findings: findings.optional(),
    tests: testSummary.optional(),
    verdict: verdict.optional(),
    before_after: beforeAfter.optional(),
    /** `tool_ms`: wall time spent in the tools themselves. */
    metrics: z
      .object({ tool_ms: z.number().min(0) })
      .catchall(z.number())
      .optional(),
    artefacts: z.array(artefact).max(50),
    error: errorShape.optional(),
  }),
  sample: { ...attemptSample, outcome: 'completed', artefacts: [], metrics: { tool_ms: 812 } },
});

/** Everything agents may publish, by AMQP `type`. */
export const messagesFromAgents = [
  hello,
  report,
  issueRaised,
  taskAccepted,
  taskDeclined,
  progress,
  log,
  result,
] as const;
