import {
  type ApprovalResource,
  getApproval,
  getRequest,
  getWorkflow,
  type RequestResource,
  type WorkflowResource,
} from '@ymera/contracts';
import type { FeedEntry } from '../api/feed-entry';

/** What a gateway answers about one piece of work; a test changes what it is about. */
export const request: RequestResource = getRequest.reply.parse(getRequest.replySample);
export const running: RequestResource = { ...request, state: 'running', error: null };
export const workflow: WorkflowResource = getWorkflow.reply.parse(getWorkflow.replySample);
export const approval: ApprovalResource = getApproval.reply.parse(getApproval.replySample);

/** A line of a request's timeline. */
export const entry = (type: string, data: FeedEntry['data'] = {}): FeedEntry => ({
  type,
  time: '2026-01-01T00:00:00.000Z',
  data,
});

/** Of a change that is approved though something was found in it. */
export const approvingVerdict = (oid: string, message: string) => ({
  approved: true,
  base: oid,
  commit: oid,
  tree: oid,
  policy_version: '1',
  reasons: [],
  findings: [{ code: 'fix_without_test', severity: 'medium', message }],
  agent_id: 'examiner',
});
