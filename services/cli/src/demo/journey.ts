import {
  type ApprovalResource,
  type ChangeResource,
  type ErrorShape,
  type EscalationOption,
  cancelRequestRoute,
  decideApprovalRoute,
  getApprovalRoute,
  getChangeRoute,
  getRequestRoute,
  getWorkflowRoute,
  type RequestResource,
  submitRequestRoute,
  type WorkflowResource,
} from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import type { ApiClient } from '../api/api-client';
import { type FeedEntry, textOf } from '../api/feed-entry';
import { registerProject } from '../api/register-project';
import { type Connection, watchRequest } from '../api/watch-request';
import { interrupted, NoDecision } from '../interruption';
import { type DemoApproval, type DemoResult, demoSteps } from './demo-result';

/** The demo’s people: whoever may register a project, the requester, and somebody else who approves. */
export interface People {
  readonly admin: ApiClient;
  readonly requester: ApiClient;
  readonly approver: ApiClient;
}

export interface Choice {
  readonly option: EscalationOption;
  readonly note?: string | undefined;
}

/** What a person sees and is asked on the way. */
export interface Audience extends Connection {
  /** The repository is still being copied, for so long now. */
  copying(elapsedMs: number): void;
  planned(request: RequestResource): void;
  happened(entry: FeedEntry): void;
  /** A person’s answer, or undefined where there is nobody to ask. Rejects with `NoDecision` where they give none. */
  decide(
    approval: ApprovalResource,
    change: ChangeResource | undefined,
  ): Promise<'approved' | 'denied' | undefined>;
  /** The same about work that was rejected too often. */
  choose(approval: ApprovalResource): Promise<Choice | undefined>;
  ended(): void;
}

export interface Journey {
  readonly result: Omit<DemoResult, 'repo' | 'landed_branch' | 'dirty_files'>;
  readonly repository: string;
  readonly change: ChangeResource | undefined;
  readonly workflow: WorkflowResource | undefined;
}

/** From a repository and a sentence to a landed commit, through the gateway only. */
export async function travel(
  people: People,
  source: string,
  text: string,
  audience: Audience,
  signal: AbortSignal,
): Promise<Journey> {
  const project = await registerProject(
    people.admin,
    { project_id: `demo-${uuidv7().slice(-12)}`, source },
    (elapsedMs) => {
      audience.copying(elapsedMs);
    },
  );
  const submitted = await people.requester.call(submitRequestRoute, {
    body: { project_id: project.project_id, text },
    idempotencyKey: uuidv7(),
  });
  const acceptedAt = performance.now();
  const approvals: DemoApproval[] = [];
  let askedMs = 0;
  let stopped: NoDecision | undefined;

  if (submitted.state === 'running') {
    audience.planned(submitted);
    try {
      for await (const entry of watchRequest(people.requester, submitted.request_id, signal, audience)) {
        audience.happened(entry);
        if (entry.type.startsWith('coordinator.approval.requested.')) {
          const before = performance.now();
          const decided = await decideOn(people.approver, textOf(entry, 'approval_id'), audience);
          if (decided) approvals.push(decided);
          if (decided?.by_policy === false) askedMs += performance.now() - before;
        }
        if (entry.type.startsWith('coordinator.request.ended.')) break;
      }
      if (signal.aborted) stopped = interrupted();
    } catch (error) {
      if (!(error instanceof NoDecision)) throw error;
      stopped = error;
    } finally {
      // Also when a person breaks off: what the audience draws would keep the process alive.
      audience.ended();
    }
  }

  if (stopped) await takeBack(people.requester, submitted.request_id, stopped);
  const durationMs = performance.now() - acceptedAt;
  const request = await people.requester.call(getRequestRoute, {
    params: { request_id: submitted.request_id },
  });
  const workflow =
    request.workflow_id === null
      ? undefined
      : await people.requester.call(getWorkflowRoute, { params: { workflow_id: request.workflow_id } });
  const changeId = workflow?.result.change?.change_id;
  const change =
    changeId === undefined
      ? undefined
      : await people.requester.call(getChangeRoute, { params: { change_id: changeId } });
  return {
    repository: project.repository,
    change,
    workflow,
    result: {
      ...summary(request, workflow, approvals, durationMs, askedMs),
      ...(stopped ? ended(stopped) : {}),
    },
  };
}

/** An answer that was not given is no decision: nothing is denied, the request is canceled. */
async function takeBack(requester: ApiClient, requestId: string, { message }: NoDecision): Promise<void> {
  const canceling = requester.call(cancelRequestRoute, {
    params: { request_id: requestId },
    body: { reason: message },
  });
  // It may have ended meanwhile, which is as good.
  await canceling.catch(() => undefined);
}

const ended = ({ code, message }: NoDecision): Pick<Journey['result'], 'state' | 'error'> => ({
  state: 'canceled',
  error: { code, message, retryable: true },
});

/** Reads what the approval is about before deciding; undefined when it closed meanwhile. */
async function decideOn(
  approver: ApiClient,
  approvalId: string,
  audience: Audience,
): Promise<DemoApproval | undefined> {
  const approval = await approver.call(getApprovalRoute, { params: { approval_id: approvalId } });
  if (approval.state !== 'pending') return undefined;
  if (approval.kind === 'escalation') return chooseFor(approver, approval, audience);
  const change = approval.landing
    ? await approver.call(getChangeRoute, { params: { change_id: approval.landing.change_id } })
    : undefined;
  const answer = await audience.decide(approval, change);
  const decided = await approver.call(decideApprovalRoute, {
    params: { approval_id: approvalId },
    body: {
      subject_digest: approval.subject_digest,
      decision: answer ?? 'approved',
      ...(answer === undefined
        ? { reason: 'The demo approves by policy: there is no terminal to ask on.' }
        : {}),
    },
  });
  return {
    approval_id: approvalId,
    kind: approval.kind,
    subject_digest: approval.subject_digest,
    decision: answer ?? 'approved',
    decided_by: decided.decided_by ?? '',
    by_policy: answer === undefined,
  };
}

/** With nobody to ask, work that was rejected too often is given up. */
async function chooseFor(
  approver: ApiClient,
  approval: ApprovalResource,
  audience: Audience,
): Promise<DemoApproval> {
  const choice = await audience.choose(approval);
  const option = choice?.option ?? 'abandon';
  const reason =
    choice === undefined ? 'The demo abandons by policy: there is no terminal to ask on.' : choice.note;
  const decided = await approver.call(decideApprovalRoute, {
    params: { approval_id: approval.approval_id },
    body: { subject_digest: approval.subject_digest, option, ...(reason ? { reason } : {}) },
  });
  return {
    approval_id: approval.approval_id,
    kind: approval.kind,
    subject_digest: approval.subject_digest,
    decision: option === 'abandon' ? 'denied' : 'approved',
    option,
    decided_by: decided.decided_by ?? '',
    by_policy: choice === undefined,
  };
}

function summary(
  request: RequestResource,
  workflow: WorkflowResource | undefined,
  approvals: readonly DemoApproval[],
  durationMs: number,
  askedMs: number,
): Journey['result'] {
  const { change, verdict, findings, tests, landed, before_after, tool_ms } = workflow?.result ?? {
    tool_ms: 0,
  };
  const error =
    request.error ?? workflow?.error ?? (request.question === null ? undefined : unclear(request.question));
  return {
    request_id: request.request_id,
    intent: request.intent,
    workflow_id: request.workflow_id,
    state: request.state === 'running' ? 'failed' : request.state,
    steps: demoSteps(workflow),
    change: change ? { change_id: change.change_id, commit: change.commit, tree: change.tree } : null,
    verdict: verdict
      ? {
          approved: verdict.approved,
          tree: verdict.tree,
          agent_id: verdict.agent_id,
          findings: verdict.findings,
        }
      : null,
    findings: findings ?? [],
    tests: tests ?? null,
    commit: landed?.commit ?? null,
    tree: landed?.tree ?? null,
    branch: landed?.branch ?? null,
    before_after: before_after ?? null,
    approvals,
    trace_id: request.trace_id,
    duration_ms: Math.round(durationMs),
    overhead_ms: Math.max(0, Math.round(durationMs - tool_ms - askedMs)),
    ...(request.question === null ? {} : { question: request.question }),
    ...(error === undefined ? {} : { error }),
  };
}

/** The person's words were not enough; nothing has been started. */
const unclear = (question: string): ErrorShape => ({
  code: 'intent_unknown',
  message: `It is not clear what to do. ${question}`,
  retryable: false,
  suggestion: 'Say it again with --request, with the answer to the question in it.',
});
