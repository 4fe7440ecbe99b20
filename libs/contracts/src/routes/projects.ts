import { z } from 'zod';
import { defineRoute } from '../define/route';
import { listProjects, registerProject, updateProject } from '../queries/integration';
import { projectId } from '../shared/ids';
import { projectResource } from '../shared/project';

const readers = { roles: ['viewer', 'operator', 'approver', 'admin'] } as const;
const tag = 'projects';

export const registerProjectRoute = defineRoute({
  operation: 'registerProject',
  method: 'POST',
  path: '/api/v1/projects',
  summary: 'Register a git project; its repository is cloned and its commands are detected',
  tag,
  access: [{ roles: ['admin'] }],
  body: registerProject.payload.omit({ actor: true, idempotency_key: true }),
  status: 201,
  idempotent: true,
  response: projectResource,
  errors: [
    'repo_not_found',
    'repo_unreadable',
    'branch_not_found',
    'source_not_allowed',
    'settings_invalid',
    'import_timeout',
    'git_timeout',
    'no_tests',
    'project_exists',
    'idempotency_key_reused',
  ],
});

const projectParams = z.object({ project_id: projectId });

export const listProjectsRoute = defineRoute({
  operation: 'listProjects',
  method: 'GET',
  path: '/api/v1/projects',
  summary: 'List projects',
  tag,
  access: [readers],
  query: listProjects.payload,
  status: 200,
  response: listProjects.reply,
  errors: [],
});

export const getProjectRoute = defineRoute({
  operation: 'getProject',
  method: 'GET',
  path: '/api/v1/projects/{project_id}',
  summary: 'One project',
  tag,
  access: [readers],
  params: projectParams,
  status: 200,
  response: projectResource,
  errors: ['project_not_found'],
});

export const updateProjectRoute = defineRoute({
  operation: 'updateProject',
  method: 'PATCH',
  path: '/api/v1/projects/{project_id}',
  summary: 'Change settings of a project; omitted ones stay, a command that is null is detected again',
  tag,
  access: [{ roles: ['admin'] }],
  params: projectParams,
  body: updateProject.payload.omit({ project_id: true, actor: true }),
  status: 200,
  response: projectResource,
  errors: ['project_not_found', 'no_tests', 'settings_invalid', 'push_not_possible'],
});

export const syncProjectRoute = defineRoute({
  operation: 'syncProject',
  method: 'POST',
  path: '/api/v1/projects/{project_id}/sync',
  summary: 'Synchronise a project with its upstream now; the answer gives the result',
  tag,
  access: [{ roles: ['operator', 'admin'] }],
  params: projectParams,
  status: 200,
  response: projectResource,
  errors: ['project_not_found'],
});
