import type { ErrorShape, Intent, Plan, RequestResource } from '@ymera/contracts';
import { err, failure, ok, type Result } from '@ymera/kernel';
import type { Approval } from './approval';

/** A person’s sentence and its state. */
export interface Request {
  readonly requestId: string;
  readonly projectId: string;
  readonly text: string;
  readonly requestedBy: string;
  readonly state: RequestResource['state'];
  readonly intent: Intent | null;
  readonly confidence: number;
  readonly evidence: readonly string[];
  readonly question: string | null;
  readonly plan: Plan | null;
  readonly planDigest: string | null;
  readonly workflowId: string | null;
  readonly error: ErrorShape | null;
  /** Notes for people about the plan's starting point. */
  readonly notes: readonly string[];
  readonly traceId: string;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
  readonly version: number;
}

export type Ending = { readonly state: 'completed' | 'failed' | 'canceled'; readonly error?: ErrorShape };

const isOpen = ({ state }: Request): boolean => state === 'running' || state === 'input_required';

/** The first final state counts; later ones change nothing. */
export function end(request: Request, { state, error }: Ending, now: Date): Request {
  if (!isOpen(request)) return request;
  return {
    ...request,
    state,
    error: error ?? null,
    question: null,
    endedAt: now,
    version: request.version + 1,
  };
}

export function refuseWhenEnded(request: Request): Result<Request> {
  return isOpen(request)
    ? ok(request)
    : err(failure('conflict', 'request_ended', `The request is already ${request.state}.`));
}

/** `pending`: undecided approvals of any request. */
export const resourceOf = (request: Request, pending: readonly Approval[]): RequestResource => ({
  request_id: request.requestId,
  project_id: request.projectId,
  text: request.text,
  requested_by: request.requestedBy,
  state: request.state,
  intent: request.intent,
  confidence: request.confidence,
  evidence: [...request.evidence],
  question: request.question,
  plan: request.plan,
  plan_digest: request.planDigest,
  workflow_id: request.workflowId,
  waiting_for: pending
    .filter(({ requestId }) => requestId === request.requestId)
    .map(({ approvalId, kind, subjectDigest, expiresAt }) => ({
      approval_id: approvalId,
      kind,
      subject_digest: subjectDigest,
      expires_at: expiresAt.toISOString(),
    })),
  error: request.error,
  trace_id: request.traceId,
  created_at: request.createdAt.toISOString(),
  ended_at: request.endedAt?.toISOString() ?? null,
  ...(request.notes.length > 0 ? { notes: [...request.notes] } : {}),
});
