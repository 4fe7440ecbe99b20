import {
  type ApprovalResource,
  getApproval,
  getRequest,
  getWorkflow,
  type RequestResource,
  type WorkflowResource,
} from '@ymera/contracts';
import type { FeedEntry } from '../api/feed-entry';

/** Answers of a gateway about one request; a test overrides the relevant fields. */
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

const rejectedOid = 'c'.repeat(40);

/** A verdict of the examination on work that was rejected too often, which a person may accept. */
export const judgedEscalation: ApprovalResource = getApproval.reply.parse({
  ...getApproval.replySample,
  kind: 'escalation',
  landing: null,
  escalation: {
    step_id: 'validate',
    escalation: 1,
    rounds: 2,
    error: { code: 'verdict_rejected', message: 'Text is run as code.', retryable: false },
    findings: [
      {
        code: 'evaluated_code',
        severity: 'high',
        message: 'Text is run as code.',
        file: 'src/a.js',
        line: 3,
        waivable: true,
      },
      { code: 'fix_without_test', severity: 'medium', message: 'The fix has no test' },
    ],
    change: {
      change_id: getApproval.replySample.approval_id,
      base: rejectedOid,
      commit: rejectedOid,
      tree: rejectedOid,
    },
    options: ['retry', 'take_over', 'abandon', 'accept'],
  },
});

/** The same with a finding that cannot be accepted. */
export const criticalEscalation: ApprovalResource = {
  ...judgedEscalation,
  escalation: judgedEscalation.escalation && {
    ...judgedEscalation.escalation,
    findings: judgedEscalation.escalation.findings.map((found) => ({
      ...found,
      severity: 'critical' as const,
    })),
    options: ['retry', 'take_over', 'abandon'],
  },
};

/** An approved change with findings. */
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
