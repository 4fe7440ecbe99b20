import {
  type ChangeResource,
  type ErrorShape,
  type ProjectCommands,
  type RequestResource,
  submitRequestRoute,
  withFault,
} from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import type { ApiClient } from '../api/api-client';
import { textOf } from '../api/feed-entry';
import { registerProject } from '../api/register-project';
import { watchRequest } from '../api/watch-request';
import { interrupted, NoDecision } from '../interruption';
import type { Audience } from './audience';
import { decideOn } from './decide-on';
import { type DemoApproval, type DemoResult, demoSteps } from './demo-result';
import { type Outcome, readOutcome } from './outcome';
import { endOf, takeBack } from './take-back';

/** The demo’s people: an administrator who registers the project, the requester, and a different approver. */
export interface People {
  readonly admin: ApiClient;
  readonly requester: ApiClient;
  readonly approver: ApiClient;
}

export interface Journey {
  readonly result: Omit<DemoResult, 'repo' | 'landed_branch' | 'dirty_files'>;
  readonly repository: string;
  readonly change: ChangeResource | undefined;
  /** Set when it was interrupted; contains the state of the request at that time. */
  readonly stopped: NoDecision | undefined;
}

/**
 * From a repository and a sentence to a landed commit, through the gateway only. Once the request exists, an interruption is
 * no error: the result contains the outcome.
 */
export async function travel(
  people: People,
  source: string,
  text: string,
  audience: Audience,
  signal: AbortSignal,
  given: ProjectCommands = {},
): Promise<Journey> {
  const { admin, requester } = people;
  const project = await registerProject(
    admin,
    { project_id: `demo-${uuidv7().slice(-12)}`, source, commands: given },
    (elapsedMs) => {
      audience.copying(elapsedMs);
    },
  );
  if (signal.aborted) throw interrupted();
  audience.registered(project.commands);
  const submitted = await requester.call(submitRequestRoute, {
    body: { project_id: project.project_id, text },
    idempotencyKey: uuidv7(),
  });
  const acceptedAt = performance.now();
  const decisions: Decisions = { approvals: [], askedMs: 0 };
  const stopped =
    submitted.state === 'running' ? await follow(people, submitted, audience, decisions, signal) : undefined;
  const end = stopped
    ? await takeBack(requester, submitted, stopped)
    : await readOutcome(requester, submitted.request_id);
  const durationMs = performance.now() - acceptedAt;
  return {
    repository: project.repository,
    change: end.change,
    stopped,
    result: {
      ...summary(end, decisions, durationMs),
      commands: project.commands,
      ...(stopped ? endOf(stopped, end) : {}),
    },
  };
}

interface Decisions {
  readonly approvals: DemoApproval[];
  /** Time that a person took to answer, which does not count as the platform's. */
  askedMs: number;
}

/** Waits for the end of the request, or for an interruption. */
async function follow(
  people: People,
  submitted: RequestResource,
  audience: Audience,
  decisions: Decisions,
  signal: AbortSignal,
): Promise<NoDecision | undefined> {
  audience.planned(submitted);
  try {
    for await (const entry of watchRequest(people.requester, submitted.request_id, signal, audience)) {
      audience.happened(entry);
      if (entry.type.startsWith('coordinator.approval.requested.')) {
        const before = performance.now();
        const decided = await decideOn(people.approver, textOf(entry, 'approval_id'), audience);
        if (decided) decisions.approvals.push(decided);
        if (decided?.by_policy === false) decisions.askedMs += performance.now() - before;
      }
      if (entry.type.startsWith('coordinator.request.ended.')) return undefined;
    }
    return signal.aborted ? interrupted() : undefined;
  } catch (error) {
    if (error instanceof NoDecision) return error;
    // An error during an interruption does not prevent the cancellation.
    if (signal.aborted) return interrupted();
    throw error;
  } finally {
    // Also at an interruption: timers of the display would keep the process alive.
    audience.ended();
  }
}

function summary(
  { request, workflow }: Outcome,
  { approvals, askedMs }: Decisions,
  durationMs: number,
): Omit<Journey['result'], 'commands'> {
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
          ...(verdict.waivers === undefined ? {} : { waivers: verdict.waivers }),
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
    ...(error === undefined ? {} : { error: withFault(error) }),
  };
}

/** The request needs an answer first; nothing has been started. */
const unclear = (question: string): ErrorShape => ({
  code: 'intent_unknown',
  message: `It is not clear what to do. ${question}`,
  retryable: false,
  suggestion: 'Repeat the command with a --request that answers the question.',
});
