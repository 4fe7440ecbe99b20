import { z } from 'zod';
import { added } from '../define/added';
import { defineEvent } from '../define/message';
import { findings } from '../shared/change';
import { errorShape } from '../shared/failure';
import { agentId, gitObjectId, projectId, timestamp, uuid } from '../shared/ids';
import { performancePolicy, projectCommands, pushPolicy, upstreamState } from '../shared/project';
import { sampleId, sampleOid, sampleTime } from '../shared/samples';

export const projectRegistered = defineEvent({
  name: 'integration.project.registered',
  version: 1,
  owner: 'integration',
  summary: 'The platform has a bare repository of this project.',
  payload: z.object({
    project_id: projectId,
    default_branch: z.string(),
    head: gitObjectId,
    commands: projectCommands,
    registered_by: z.string(),
  }),
  sample: {
    project_id: 'sample',
    default_branch: 'main',
    head: sampleOid,
    commands: { test: 'node --test' },
    registered_by: 'ada',
  },
});

export const projectUpdated = defineEvent({
  name: 'integration.project.updated',
  version: 1,
  owner: 'integration',
  summary: 'A person changed settings of a project; these are in force now.',
  payload: z.object({
    project_id: projectId,
    name: z.string(),
    commands: projectCommands,
    performance: performancePolicy,
    push: pushPolicy,
    require_fresh: z.boolean(),
    updated_by: z.string(),
  }),
  sample: {
    project_id: 'sample',
    name: 'sample',
    commands: { test: 'node --test' },
    performance: {},
    push: 'branch',
    require_fresh: false,
    updated_by: 'ada',
  },
});

export const projectSynced = defineEvent({
  name: 'integration.project.synced',
  version: 1,
  owner: 'integration',
  summary:
    'The upstream of a project was checked and has changed: its branch, our branch, or its availability. Also when a person requested the check.',
  payload: z.object({
    project_id: projectId,
    branch: z.string(),
    upstream: z.string(),
    state: upstreamState,
    push: pushPolicy,
    /** Our branch, afterwards. */
    head: gitObjectId,
    /** The head of our branch before it was moved forward to the upstream's. */
    moved_from: gitObjectId.optional(),
    upstream_head: gitObjectId.optional(),
    error: errorShape.optional(),
    synced_by: z.string(),
    synced_at: timestamp,
  }),
  sample: {
    project_id: 'sample',
    branch: 'main',
    upstream: '/home/ada/sample',
    state: 'in_step',
    push: 'off',
    head: sampleOid,
    moved_from: sampleOid,
    upstream_head: sampleOid,
    synced_by: 'integration',
    synced_at: sampleTime,
  },
});

const attempt = {
  project_id: projectId,
  workflow_id: uuid,
  request_id: uuid,
  step_id: z.string(),
  task_id: uuid,
  attempt: z.number().int().min(1),
};
const attemptSample = {
  project_id: 'sample',
  workflow_id: sampleId('bb'),
  request_id: sampleId('aa'),
  step_id: 'enhance',
  task_id: sampleId('ee'),
  attempt: 1,
};

export const changeMaterialised = defineEvent({
  name: 'integration.change.materialised',
  version: 1,
  owner: 'integration',
  summary: 'A proposed change is a commit in the project’s repository, on no branch.',
  payload: z.object({
    ...attempt,
    change_id: uuid,
    agent_id: agentId,
    base: gitObjectId,
    commit: gitObjectId,
    tree: gitObjectId,
    files: z.number().int().min(1),
    /** The change that was rebased. */
    made_from: uuid.optional(),
    /** Findings that do not stop the change, for the approver. */
    findings: added(findings),
  }),
  sample: {
    ...attemptSample,
    change_id: sampleId('ff'),
    agent_id: 'enhancer-1',
    base: sampleOid,
    commit: sampleOid,
    tree: sampleOid,
    files: 1,
  },
});

export const changeRefused = defineEvent({
  name: 'integration.change.refused',
  version: 1,
  owner: 'integration',
  summary: 'A proposed change cannot be a commit; the attempt has failed.',
  payload: z.object({
    ...attempt,
    agent_id: agentId,
    /** The commit on which it was to be created. */
    base: gitObjectId.optional(),
    error: errorShape,
    findings,
  }),
  sample: {
    ...attemptSample,
    agent_id: 'enhancer-1',
    base: sampleOid,
    error: { code: 'change_outside', message: 'link.txt points outside the repository.', retryable: false },
    findings: [],
  },
});

const landing = {
  project_id: projectId,
  workflow_id: uuid,
  request_id: uuid,
  step_id: z.string(),
  change_id: uuid,
};
const landingSample = {
  project_id: 'sample',
  workflow_id: sampleId('bb'),
  request_id: sampleId('aa'),
  step_id: 'integrate',
  change_id: sampleId('ff'),
};

export const changeLanded = defineEvent({
  name: 'integration.change.landed',
  version: 1,
  owner: 'integration',
  summary: 'The project’s branch moved from exactly the tested base to exactly the approved commit.',
  payload: z.object({
    ...landing,
    base: gitObjectId,
    commit: gitObjectId,
    tree: gitObjectId,
    branch: z.string(),
    landed_at: timestamp,
    /** The upstream's branch has it too. */
    pushed: added(z.boolean()),
  }),
  sample: {
    ...landingSample,
    base: sampleOid,
    commit: sampleOid,
    tree: sampleOid,
    branch: 'main',
    landed_at: sampleTime,
  },
});

export const landingRefused = defineEvent({
  name: 'integration.landing.refused',
  version: 1,
  owner: 'integration',
  summary: 'An invariant did not hold, or the branch had moved; the branch is unchanged.',
  payload: z.object({ ...landing, error: errorShape, head: gitObjectId.optional() }),
  sample: {
    ...landingSample,
    error: { code: 'verdict_mismatch', message: 'The verdict names another tree.', retryable: false },
  },
});
