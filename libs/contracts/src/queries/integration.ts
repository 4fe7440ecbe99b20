import { z } from 'zod';
import { defineQuery } from '../define/message';
import { changeResource } from '../shared/change';
import { actor, cursor, pageSize, projectId, uuid } from '../shared/ids';
import { performancePolicy, projectCommands, projectResource } from '../shared/project';
import { sampleId, sampleOid, sampleTime } from '../shared/samples';

const projectSample = {
  project_id: 'sample',
  name: 'sample',
  repository: '/srv/ymera/sample.git',
  default_branch: 'main',
  head: sampleOid,
  commands: { test: 'node --test' },
  performance: { min_speedup: 1.5 },
  created_at: sampleTime,
};

export const registerProject = defineQuery({
  name: 'integration.register_project',
  version: 1,
  owner: 'integration',
  summary: 'Clone a repository and detect its commands.',
  payload: z.object({
    project_id: projectId,
    name: z.string().max(200).optional(),
    source: z.string().min(1).max(4096),
    branch: z.string().max(255).optional(),
    commands: projectCommands.optional(),
    performance: performancePolicy.optional(),
    actor,
    idempotency_key: z.string().max(200).optional(),
  }),
  reply: projectResource,
  sample: { project_id: 'sample', source: '/home/ada/sample', actor: { name: 'ada', roles: ['admin'] } },
  replySample: projectSample,
});

export const getProject = defineQuery({
  name: 'integration.get_project',
  version: 1,
  owner: 'integration',
  summary: 'One project.',
  payload: z.object({ project_id: projectId }),
  reply: projectResource.extend({ workspace_url: z.string() }),
  sample: { project_id: 'sample' },
  replySample: { ...projectSample, workspace_url: 'http://127.0.0.1:8005/git/sample.git' },
});

export const listProjects = defineQuery({
  name: 'integration.list_projects',
  version: 1,
  owner: 'integration',
  summary: 'Projects by id.',
  payload: z.object({ cursor: cursor.optional(), limit: pageSize }),
  reply: z.object({ items: z.array(projectResource), next_cursor: cursor.nullable() }),
  sample: { limit: 50 },
  replySample: { items: [projectSample], next_cursor: null },
});

export const getChange = defineQuery({
  name: 'integration.get_change',
  version: 1,
  owner: 'integration',
  summary: 'One change with its diff.',
  payload: z.object({ change_id: uuid }),
  reply: changeResource,
  sample: { change_id: sampleId('ff') },
  replySample: {
    change_id: sampleId('ff'),
    project_id: 'sample',
    workflow_id: sampleId('bb'),
    step_id: 'enhance',
    attempt: 1,
    agent_id: 'enhancer-1',
    base: sampleOid,
    commit: sampleOid,
    tree: sampleOid,
    state: 'materialised' as const,
    files: [{ path: 'a.js', added: 2, removed: 1 }],
    diff: 'diff --git',
    created_at: sampleTime,
  },
});
