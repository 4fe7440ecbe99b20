import { z } from 'zod';
import { defineCommand } from '../define/message';
import { attributedVerdict, changeArtefact, proposedChange, testSummary } from '../shared/change';
import { agentId, digest, gitObjectId, projectId, uuid } from '../shared/ids';
import { sampleDigest, sampleId, sampleOid } from '../shared/samples';

const proposal = {
  project_id: projectId,
  workflow_id: uuid,
  request_id: uuid,
  step_id: z.string(),
  task_id: uuid,
  attempt: z.number().int().min(1),
  agent_id: agentId,
  title: z.string().max(200),
  base: gitObjectId,
};
const proposalSample = {
  project_id: 'sample',
  workflow_id: sampleId('bb'),
  request_id: sampleId('aa'),
  step_id: 'enhance',
  task_id: sampleId('ee'),
  attempt: 1,
  agent_id: 'enhancer-1',
  title: 'Improve the performance of this algorithm',
  base: sampleOid,
};

/** Handled for orders that waited in a queue; version 2 is sent. */
export const materialiseChangeV1 = defineCommand({
  name: 'integration.materialise_change',
  version: 1,
  owner: 'integration',
  senders: ['orchestrator'],
  summary: 'Create a commit of a proposed change. The same attempt gives the same commit.',
  payload: z.object({ ...proposal, change: proposedChange }),
  sample: { ...proposalSample, change: { base: sampleOid, patch: 'diff --git a/x b/x\n' } },
});

export const materialiseChange = defineCommand({
  name: 'integration.materialise_change',
  version: 2,
  owner: 'integration',
  senders: ['orchestrator'],
  summary:
    'Create a commit of a proposed change, whose patch is inline or an artefact. The same attempt gives the same commit.',
  payload: z.object({ ...proposal, change: z.union([proposedChange, changeArtefact]) }),
  sample: {
    ...proposalSample,
    change: { base: sampleOid, digest: sampleDigest, size_bytes: 10_485_760 },
  },
});

export const remakeChange = defineCommand({
  name: 'integration.remake_change',
  version: 1,
  owner: 'integration',
  senders: ['orchestrator'],
  summary:
    'Rebase a change on the branch’s new head, by a merge without conflicts. The same change on the same head gives the same commit; the answer is as for a proposed change.',
  payload: z.object({
    project_id: projectId,
    workflow_id: uuid,
    request_id: uuid,
    step_id: z.string(),
    task_id: uuid,
    attempt: z.number().int().min(1),
    agent_id: agentId,
    title: z.string().max(200),
    /** The change to rebase. */
    change_id: uuid,
    /** The new head. */
    onto: gitObjectId,
  }),
  sample: {
    project_id: 'sample',
    workflow_id: sampleId('bb'),
    request_id: sampleId('aa'),
    step_id: 'enhance',
    task_id: sampleId('ee'),
    attempt: 1,
    agent_id: 'enhancer-1',
    title: 'Improve the performance of this algorithm',
    change_id: sampleId('ff'),
    onto: sampleOid,
  },
});

export const landChange = defineCommand({
  name: 'integration.land_change',
  version: 1,
  owner: 'integration',
  senders: ['orchestrator'],
  summary: 'Move the project’s branch to this commit, if every invariant holds.',
  payload: z.object({
    project_id: projectId,
    workflow_id: uuid,
    request_id: uuid,
    step_id: z.string(),
    change_id: uuid,
    base: gitObjectId,
    commit: gitObjectId,
    tree: gitObjectId,
    producer_agent_id: agentId,
    verdict: attributedVerdict,
    tests: testSummary,
    /** The landing gate's decision, bound to the digest of (tree, verdict). */
    approval: z.object({ approval_id: uuid, subject_digest: digest, decided_by: z.string() }).optional(),
  }),
  sample: {
    project_id: 'sample',
    workflow_id: sampleId('bb'),
    request_id: sampleId('aa'),
    step_id: 'integrate',
    change_id: sampleId('ff'),
    base: sampleOid,
    commit: sampleOid,
    tree: sampleOid,
    producer_agent_id: 'enhancer-1',
    verdict: {
      approved: true,
      base: sampleOid,
      commit: sampleOid,
      tree: sampleOid,
      policy_version: '1',
      reasons: [],
      findings: [],
      agent_id: 'examiner-1',
    },
    tests: {
      tree: sampleOid,
      command: 'node --test',
      total: 4,
      passed: 4,
      failed: 0,
      skipped: 0,
      duration_ms: 310,
      exit_code: 0,
    },
    approval: { approval_id: sampleId('cc'), subject_digest: sampleDigest, decided_by: 'grace' },
  },
});

export const withdrawLanding = defineCommand({
  name: 'integration.withdraw_landing',
  version: 1,
  owner: 'integration',
  senders: ['orchestrator'],
  summary:
    'Withdraw the order to land this change, because its workflow is to be canceled, whether the order waits or has not arrived yet. The answer is its outcome: landed already, or refused.',
  payload: z.object({
    project_id: projectId,
    workflow_id: uuid,
    request_id: uuid,
    step_id: z.string(),
    change_id: uuid,
    canceled_by: z.string(),
    reason: z.string().max(500),
  }),
  sample: {
    project_id: 'sample',
    workflow_id: sampleId('bb'),
    request_id: sampleId('aa'),
    step_id: 'integrate',
    change_id: sampleId('ff'),
    canceled_by: 'ada',
    reason: 'Not needed any more.',
  },
});
