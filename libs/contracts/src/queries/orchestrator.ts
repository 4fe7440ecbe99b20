import { z } from 'zod';
import { defineQuery } from '../define/message';
import { cursor, pageSize, uuid } from '../shared/ids';
import { workflowState } from '../shared/plan';
import { workflowResource } from '../shared/resources';
import { sampleDigest, sampleId, sampleOid, sampleTime } from '../shared/samples';

const workflowSample = {
  workflow_id: sampleId('bb'),
  request_id: sampleId('aa'),
  project_id: 'sample',
  state: 'running' as const,
  plan_digest: sampleDigest,
  base: sampleOid,
  steps: [],
  result: { tool_ms: 0 },
  error: null,
  started_at: sampleTime,
  ended_at: null,
};

export const getWorkflow = defineQuery({
  name: 'orchestrator.get_workflow',
  version: 1,
  owner: 'orchestrator',
  senders: ['gateway', 'coordinator'],
  summary: 'One workflow with its steps.',
  payload: z.object({ workflow_id: uuid }),
  reply: workflowResource,
  sample: { workflow_id: sampleId('bb') },
  replySample: workflowSample,
});

export const listWorkflows = defineQuery({
  name: 'orchestrator.list_workflows',
  version: 1,
  owner: 'orchestrator',
  senders: ['gateway'],
  summary: 'Workflows, newest first.',
  payload: z.object({ state: workflowState.optional(), cursor: cursor.optional(), limit: pageSize }),
  reply: z.object({ items: z.array(workflowResource), next_cursor: cursor.nullable() }),
  sample: { limit: 50 },
  replySample: { items: [workflowSample], next_cursor: null },
});
