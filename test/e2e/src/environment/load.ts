import { sleep, uuidv7 } from '@ymera/kernel';
import type { AcceptedRecord } from '../history-check';
import type { ApiClient } from './api-client';

/**
 * The purpose of a request, and so the actions of the load on it: let it land, have it denied at one of its gates,
 * cancel it before any decision or in the middle of its work, or only have it reviewed.
 */
export const wishes = [
  'land',
  'refuse_plan',
  'refuse_landing',
  'cancel_at_once',
  'cancel_at_work',
  'review',
] as const;
export type Wish = (typeof wishes)[number];

export interface Ended {
  readonly requestId: string;
  readonly wish: Wish;
  readonly state: string;
  readonly code: string | undefined;
}

const pollMs = 300;
const endStates = new Set(['completed', 'failed', 'canceled']);

interface Open {
  readonly requestId: string;
  readonly wish: Wish;
}

/** Requests by one person, decided by another according to their purpose; all promises are recorded. */
export class Load {
  readonly ended: Ended[] = [];
  private readonly open = new Map<string, Open>();
  private readonly submitting = new Set<Promise<unknown>>();
  private readonly decided = new Set<string>();
  private readonly stopping = new AbortController();
  private readonly deciding: Promise<void>;
  private problem: Error | undefined;

  constructor(
    private readonly api: ApiClient,
    private readonly record: AcceptedRecord,
    /** Details of requests that did not end. */
    private readonly describe: (requestIds: readonly string[]) => Promise<readonly string[]>,
  ) {
    this.deciding = this.decideAll();
  }

  /** Requests that were started and have not ended, as far as known here. */
  get inFlight(): number {
    return this.open.size + this.submitting.size;
  }

  /** Resolves when the request was accepted. */
  submit(projectId: string, wish: Wish, text = textOf(wish)): Promise<void> {
    const submitting = this.begin(projectId, wish, text)
      .catch((error: unknown) => {
        this.fail(error);
      })
      .finally(() => this.submitting.delete(submitting));
    this.submitting.add(submitting);
    return submitting;
  }

  /** Waits until every request has ended; rejects with those that have not. */
  async drain(timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (this.inFlight > 0) {
      if (this.problem) throw this.problem;
      if (Date.now() > deadline) throw await this.unended(timeoutMs);
      await sleep(pollMs);
    }
    if (this.problem) throw this.problem;
  }

  private async unended(timeoutMs: number): Promise<Error> {
    const open = [...this.open.values()];
    const wishes = open.map(({ requestId, wish }) => `${requestId} (${wish})`);
    const lines = await this.describe(open.map(({ requestId }) => requestId));
    return new Error(`not ended after ${timeoutMs / 1000} s: ${wishes.join(', ')}\n${lines.join('\n')}`);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.api.close();
    await this.deciding;
    await Promise.allSettled(this.submitting);
  }

  /** Keeps the first problem only. */
  private fail(error: unknown): void {
    this.problem ??= error instanceof Error ? error : new Error(String(error));
  }

  /** A request that the load does not follow: it is recorded and left to the caller. */
  async ask(projectId: string, text: string): Promise<string> {
    const key = uuidv7();
    const body = { project_id: projectId, text };
    const answer = await this.api.insist({
      as: 'requester',
      method: 'POST',
      path: '/api/v1/requests',
      body,
      key,
    });
    if (answer.status !== 202)
      throw new Error(`request refused: ${answer.status} ${JSON.stringify(answer.body)}`);
    const requestId = String(answer.body['request_id']);
    this.record.request({ requestId, idempotencyKey: key });
    return requestId;
  }

  private async begin(projectId: string, wish: Wish, text: string): Promise<void> {
    const requestId = await this.ask(projectId, text);
    this.open.set(requestId, { requestId, wish });
    if (wish === 'cancel_at_once') await this.cancel(requestId, true);
  }

  async cancel(requestId: string, isOnlyEnd: boolean): Promise<void> {
    const path = `/api/v1/requests/${requestId}/cancel`;
    const answer = await this.api.insist({
      as: 'requester',
      method: 'POST',
      path,
      body: { reason: 'Not wanted.' },
    });
    if (answer.status === 202) this.record.cancel({ requestId, isOnlyEnd });
    else if (answer.body['code'] !== 'request_ended')
      throw new Error(`cancel refused: ${answer.status} ${JSON.stringify(answer.body)}`);
  }

  /** The loop of the approver and the impatient requester, until `stop`. */
  private async decideAll(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await sleep(pollMs, signal);
      if (this.open.size === 0) continue;
      try {
        await this.decidePending();
        await this.followOpen();
      } catch (error) {
        if (!signal.aborted) this.fail(error);
      }
    }
  }

  private async decidePending(): Promise<void> {
    const path = '/api/v1/approvals?state=pending&limit=100';
    const { body } = await this.api.insist({ as: 'approver', method: 'GET', path });
    const pending = (body['items'] ?? []) as Record<string, string>[];
    await Promise.all(
      pending.map(async ({ approval_id, request_id, kind, subject_digest }) => {
        const wish = this.open.get(request_id ?? '')?.wish;
        if (!wish || !approval_id || this.decided.has(approval_id)) return;
        const decision = decisionFor(wish, kind ?? '');
        if (decision) await this.decide(approval_id, subject_digest ?? '', decision);
      }),
    );
  }

  private async decide(
    approvalId: string,
    subjectDigest: string,
    decision: 'approved' | 'denied',
  ): Promise<void> {
    this.decided.add(approvalId);
    const answer = await this.api.insist({
      as: 'approver',
      method: 'POST',
      path: `/api/v1/approvals/${approvalId}/decision`,
      body: { decision, subject_digest: subjectDigest, reason: 'As the load wants it.' },
    });
    if (answer.status === 200) this.record.decision({ approvalId, decision });
    else if (answer.body['code'] !== 'approval_closed')
      throw new Error(`decision refused: ${answer.status} ${JSON.stringify(answer.body)}`);
  }

  private async followOpen(): Promise<void> {
    await Promise.all(
      [...this.open.values()].map(async ({ requestId, wish }) => {
        const path = `/api/v1/requests/${requestId}`;
        const { status, body } = await this.api.insist({ as: 'requester', method: 'GET', path });
        if (status !== 200) throw new Error(`request ${requestId}: ${status} ${JSON.stringify(body)}`);
        const state = String(body['state']);
        if (endStates.has(state)) {
          this.ended.push({ requestId, wish, state, code: body['error']?.code });
          this.open.delete(requestId);
        } else if (wish === 'cancel_at_work' && (await this.isAtWork(String(body['workflow_id']))))
          await this.cancel(requestId, false);
      }),
    );
  }

  private async isAtWork(workflowId: string): Promise<boolean> {
    const path = `/api/v1/workflows/${workflowId}`;
    const { status, body } = await this.api.insist({ as: 'requester', method: 'GET', path });
    const steps = (body['steps'] ?? []) as Record<string, string>[];
    return (
      status === 200 &&
      steps.some(({ kind, state }) => kind === 'task' && state !== 'pending' && state !== 'ready')
    );
  }
}

const textOf = (wish: Wish): string => (wish === 'review' ? 'Review the code' : 'Fix the wrong notes');

function decisionFor(wish: Wish, gate: string): 'approved' | 'denied' | undefined {
  if (wish === 'cancel_at_once') return undefined;
  if (gate === 'plan_approval') return wish === 'refuse_plan' ? 'denied' : 'approved';
  if (wish === 'cancel_at_work') return undefined;
  return wish === 'refuse_landing' ? 'denied' : 'approved';
}
