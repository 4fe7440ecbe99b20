import { z } from 'zod';
import { added } from '../define/added';
import { defineQuery } from '../define/message';
import { changeResource, revertedChange } from '../shared/change';
import { actor, agentId, cursor, gitObjectId, pageSize, projectId, uuid } from '../shared/ids';
import { planNotes } from '../shared/plan';
import { performancePolicy, projectCommands, projectResource, pushPolicy } from '../shared/project';
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
  senders: ['gateway'],
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

const projectWithWorkspace = projectResource.extend({
  workspace_url: z.string(),
  /** The base of new work: the head, or its merge with a diverged upstream. */
  base: added(gitObjectId),
  /** Notes about that for a person. */
  notes: added(planNotes),
});

export const getProject = defineQuery({
  name: 'integration.get_project',
  version: 1,
  owner: 'integration',
  senders: ['gateway', 'coordinator'],
  summary: 'One project.',
  payload: z.object({
    project_id: projectId,
    /** Synchronises with the upstream first; takes as long as the upstream. */
    fresh: added(z.boolean()),
  }),
  reply: projectWithWorkspace,
  sample: { project_id: 'sample' },
  replySample: { ...projectSample, workspace_url: 'http://127.0.0.1:8005/git/sample.git' },
});

export const listProjects = defineQuery({
  name: 'integration.list_projects',
  version: 1,
  owner: 'integration',
  senders: ['gateway'],
  summary: 'Projects by id.',
  payload: z.object({ cursor: cursor.optional(), limit: pageSize }),
  reply: z.object({ items: z.array(projectResource), next_cursor: cursor.nullable() }),
  sample: { limit: 50 },
  replySample: { items: [projectSample], next_cursor: null },
});

const command = z.string().max(2000).nullable();

export const updateProject = defineQuery({
  name: 'integration.update_project',
  version: 1,
  owner: 'integration',
  senders: ['gateway'],
  summary: 'Change settings of a project. Omitted ones stay; a command that is null is detected again.',
  payload: z.object({
    project_id: projectId,
    name: z.string().min(1).max(200).optional(),
    commands: z.object({ test: command, bench: command, build: command }).partial().optional(),
    performance: performancePolicy.nullable().optional(),
    push: pushPolicy.optional(),
    require_fresh: z.boolean().optional(),
    actor,
  }),
  reply: projectResource,
  sample: { project_id: 'sample', push: 'branch', actor: { name: 'ada', roles: ['admin'] } },
  replySample: projectSample,
});

export const syncProject = defineQuery({
  name: 'integration.sync_project',
  version: 1,
  owner: 'integration',
  senders: ['gateway'],
  summary: 'Synchronise a project with its upstream now, as far as that is possible.',
  payload: z.object({ project_id: projectId, actor }),
  reply: projectResource,
  sample: { project_id: 'sample', actor: { name: 'ada', roles: ['operator'] } },
  replySample: projectSample,
});

export const proposeRevert = defineQuery({
  name: 'integration.propose_revert',
  version: 1,
  owner: 'integration',
  senders: ['coordinator'],
  summary:
    'Create a commit that reverts a landed change, on the base of new work. It is a change like any other, and lands like one.',
  payload: z.object({
    change_id: uuid,
    request_id: uuid,
    workflow_id: uuid,
    step_id: z.string(),
    task_id: uuid,
    reason: z.string().max(500).optional(),
  }),
  reply: z.object({
    project: projectWithWorkspace,
    /** Subject of the reverted commit. */
    title: z.string(),
    change: z.object({
      change_id: uuid,
      base: gitObjectId,
      commit: gitObjectId,
      tree: gitObjectId,
      agent_id: agentId,
    }),
    reverts: revertedChange,
  }),
  sample: {
    change_id: sampleId('ff'),
    request_id: sampleId('aa'),
    workflow_id: sampleId('bb'),
    step_id: 'revert',
    task_id: sampleId('ee'),
  },
  replySample: {
    project: { ...projectSample, workspace_url: 'http://127.0.0.1:8005/git/sample.git' },
    title: 'Improve the performance of this algorithm',
    change: {
      change_id: sampleId('dd'),
      base: sampleOid,
      commit: sampleOid,
      tree: sampleOid,
      agent_id: 'integration',
    },
    reverts: { change_id: sampleId('ff'), base: sampleOid, commit: sampleOid },
  },
});

export const getChange = defineQuery({
  name: 'integration.get_change',
  version: 1,
  owner: 'integration',
  senders: ['gateway'],
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
