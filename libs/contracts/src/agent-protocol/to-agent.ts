import { z } from 'zod';
import { added } from '../define/added';
import { defineAgentMessage } from '../define/agent-message';
import { findings, revertedChange, testSummary } from '../shared/change';
import { errorShape } from '../shared/failure';
import { agentId, gitObjectId, projectId, timestamp, uuid } from '../shared/ids';
import { intent, taskType } from '../shared/plan';
import { performancePolicy, projectCommands } from '../shared/project';
import { waivers } from '../shared/waiver';

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
const oid = '0123456789abcdef0123456789abcdef01234567';

export const welcome = defineAgentMessage({
  name: 'welcome',
  channel: 'inbox',
  summary:
    'Answer to hello. The partition is part of routing keys until the next welcome and is never stored.',
  payload: z.object({
    session: z.number().int().min(1),
    partition: z.number().int().min(0).max(63),
    interval_s: z.number().min(0.1),
    agent_ids: z.array(agentId).max(1000),
    server_time: timestamp,
  }),
  sample: {
    session: 3,
    partition: 17,
    interval_s: 60,
    agent_ids: ['tester-1'],
    server_time: '2026-01-01T00:00:00.000Z',
  },
});

export const taskInput = z.object({
  request_id: uuid,
  workflow_id: uuid,
  step_id: z.string(),
  /** The person's text. Data, never instructions to the platform. */
  request_text: z.string().max(20_000),
  intent,
  /** The proposed change under test or examination; absent before there is one. */
  change: z.object({ change_id: uuid, commit: gitObjectId, tree: gitObjectId, agent_id: agentId }).optional(),
  /** The results of the tests of that change. */
  tests: testSummary.optional(),
  /** Findings of earlier steps: a review for the coder, a rejection for the next attempt. */
  findings,
  /**
   * Why the previous attempt was rejected: file, line, code, message and evidence, as far as they are known. Absent at
   * the first attempt. The working copy is at `base` again: it does not contain the rejected change.
   */
  feedback: findings.optional(),
  /** For an examination: findings that a person has accepted for exactly this change. They do not stop it. */
  waivers: added(waivers),
  /** The landed change that the change under examination reverts. A claim, which git can confirm. */
  reverts: added(revertedChange),
});

export const task = defineAgentMessage({
  name: 'task',
  channel: 'inbox',
  summary: 'Work leased to one agent until the lease expires; acknowledge the delivery at once, then answer.',
  payload: z.object({
    ...attemptKey,
    type: taskType,
    input: taskInput,
    project: z.object({
      project_id: projectId,
      default_branch: z.string(),
      commands: projectCommands,
      performance: performancePolicy,
    }),
    base: gitObjectId,
    /** Read-only git URL; user is the principal, password its credential. */
    workspace_url: z.string().max(2000),
    deadline: timestamp,
    /** Send progress at least this often, in seconds, or the lease expires. */
    heartbeat_s: z.number().min(0.1),
  }),
  sample: {
    ...attemptSample,
    type: 'test',
    input: {
      request_id: '01936d00-0000-7000-8000-0000000000aa',
      workflow_id: '01936d00-0000-7000-8000-0000000000bb',
      step_id: 'test',
      request_text: 'Improve the performance of this algorithm',
      intent: 'ENHANCE',
      findings: [],
    },
    project: {
      project_id: 'sample',
      default_branch: 'main',
      commands: { test: 'node --test' },
      performance: {},
    },
    base: oid,
    workspace_url: 'http://127.0.0.1:8005/git/sample.git',
    deadline: '2026-01-01T00:10:00.000Z',
    heartbeat_s: 3,
  },
});

export const cancel = defineAgentMessage({
  name: 'cancel',
  channel: 'inbox',
  summary: 'Stop this attempt now: kill the process group, and answer with a result of outcome canceled.',
  payload: z.object({ ...attemptKey, reason: z.string().max(500) }),
  sample: { ...attemptSample, reason: 'The request was canceled.' },
});

export const resultAccepted = defineAgentMessage({
  name: 'result_accepted',
  channel: 'inbox',
  summary: 'The result took effect; local state of the attempt may be deleted.',
  payload: z.object(attemptKey),
  sample: attemptSample,
});

export const resultRefused = defineAgentMessage({
  name: 'result_refused',
  channel: 'inbox',
  summary: 'The result was fenced or invalid and had no effect.',
  payload: z.object({ ...attemptKey, error: errorShape }),
  sample: { ...attemptSample, error: { code: 'fenced', message: 'The lease was lost.', retryable: false } },
});

export const restart = defineAgentMessage({
  name: 'restart',
  channel: 'inbox',
  summary: 'Restart the agent’s process.',
  payload: z.object({ agent_id: agentId, reason: z.string().max(500) }),
  sample: { agent_id: 'tester-1', reason: 'It does not answer.' },
});

export const drain = defineAgentMessage({
  name: 'drain',
  channel: 'inbox',
  summary: 'Finish the attempts in progress, accept no more.',
  payload: z.object({ agent_id: agentId, reason: z.string().max(500) }),
  sample: { agent_id: 'tester-1', reason: 'Maintenance.' },
});

/** Everything an agent may receive, by AMQP `type`. */
export const messagesToAgents = [
  welcome,
  task,
  cancel,
  resultAccepted,
  resultRefused,
  restart,
  drain,
] as const;
