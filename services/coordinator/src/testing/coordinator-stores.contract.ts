import { startWorkflow } from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import type { CoordinatorUnitOfWork, WorkflowOrder } from '../application/ports';
import type { Approval } from '../domain/approval';
import { planFor } from '../domain/planning';
import { end, type Request } from '../domain/request';

const createdAt = new Date('2026-01-01T00:00:00.000Z');

export const newRequest = (change: Partial<Request> = {}): Request => {
  const plan = planFor({ intent: 'ENHANCE' }, 'Improve it', {
    taskTimeoutS: 60,
    gateExpiryS: 60,
    budgetS: 60,
  });
  return {
    requestId: uuidv7(),
    projectId: 'sample',
    text: `Improve "it" – it's slow`,
    requestedBy: 'ada',
    state: 'running',
    intent: 'ENHANCE',
    confidence: 0.75,
    evidence: ['improve'],
    question: null,
    plan: plan.ok ? plan.value : null,
    planDigest: `sha256:${'0'.repeat(64)}`,
    workflowId: uuidv7(),
    error: null,
    traceId: 'f'.repeat(32),
    createdAt,
    endedAt: null,
    notes: ['The upstream could not be reached.'],
    version: 1,
    ...change,
  };
};

const newApproval = (request: Request, change: Partial<Approval> = {}): Approval => ({
  approvalId: uuidv7(),
  gateId: uuidv7(),
  requestId: request.requestId,
  workflowId: request.workflowId ?? '',
  kind: 'plan_approval',
  subjectDigest: `sha256:${'1'.repeat(64)}`,
  requestedBy: request.requestedBy,
  landing: null,
  escalation: null,
  option: null,
  expiresAt: new Date('2026-01-01T01:00:00.000Z'),
  state: 'pending',
  decidedBy: null,
  reason: null,
  decidedAt: null,
  version: 1,
  ...change,
});

/** Contract suite for every implementation of the coordinator's stores. */
export function coordinatorStoresSuite(open: () => CoordinatorUnitOfWork): void {
  it('return a request as it was stored', async () => {
    const request = newRequest();
    await open().run((tx) => tx.requests.insert(request, undefined));
    expect(await open().run((tx) => tx.requests.find(request.requestId))).toEqual(request);
    expect(await open().run((tx) => tx.requests.find(uuidv7()))).toBeUndefined();
  });

  it('find a request by its requester’s idempotency key only', async () => {
    const request = newRequest();
    const [key, requestDigest] = [uuidv7(), 'sha256:1'];
    await open().run((tx) => tx.requests.insert(request, { key, requestDigest }));
    expect(await open().run((tx) => tx.requests.findByIdempotencyKey('ada', key))).toEqual({
      request,
      requestDigest,
    });
    expect(await open().run((tx) => tx.requests.findByIdempotencyKey('grace', key))).toBeUndefined();
  });

  it('return the earlier request for a second one with the same key, and do not store the second', async () => {
    const [first, second] = [newRequest(), newRequest()];
    const key = uuidv7();
    const sent = (requestDigest: string) => ({ key, requestDigest });
    expect(await open().run((tx) => tx.requests.insert(first, sent('sha256:1')))).toBeUndefined();
    expect(await open().run((tx) => tx.requests.insert(second, sent('sha256:2')))).toEqual({
      request: first,
      requestDigest: 'sha256:1',
    });
    expect(await open().run((tx) => tx.requests.find(second.requestId))).toBeUndefined();
    const graces = newRequest({ requestedBy: 'grace' });
    expect(await open().run((tx) => tx.requests.insert(graces, sent('sha256:1')))).toBeUndefined();
  });

  it('reject an update of an outdated version of a request', async () => {
    const request = newRequest();
    const ended = end(
      request,
      { state: 'failed', error: { code: 'x', message: 'y', retryable: false } },
      createdAt,
    );
    await open().run((tx) => tx.requests.insert(request, undefined));
    await open().run((tx) => tx.requests.update(ended));
    await expect(open().run((tx) => tx.requests.update(ended))).rejects.toMatchObject({
      failure: { code: 'version_conflict' },
    });
    expect(await open().run((tx) => tx.requests.find(request.requestId))).toEqual(ended);
  });

  describe('orders of workflows', () => {
    const order = (request: Request, change: Partial<WorkflowOrder> = {}): WorkflowOrder => ({
      requestId: request.requestId,
      payload: startWorkflow.payload.parse(startWorkflow.sample),
      checkAt: new Date(createdAt.getTime() + 1000),
      restarts: 0,
      isConfirmed: false,
      ...change,
    });
    const at = (milliseconds: number): Date => new Date(createdAt.getTime() + milliseconds);
    const taken = async (by: number, next: number, among: readonly Request[]) =>
      (await open().run((tx) => tx.orders.takeDue(at(by), at(next), 1000)))
        .filter(({ requestId }) => among.some((one) => one.requestId === requestId))
        .map(({ requestId }) => requestId);

    it('are given back as they were stored and saved', async () => {
      const request = newRequest();
      await open().run(async (tx) => {
        await tx.requests.insert(request, undefined);
        await tx.orders.insert(order(request));
      });
      expect(await open().run((tx) => tx.orders.lock(request.requestId))).toEqual(order(request));
      const changed = order(request, { restarts: 2, isConfirmed: true, checkAt: at(5000) });
      await open().run((tx) => tx.orders.save(changed));
      expect(await open().run((tx) => tx.orders.lock(request.requestId))).toEqual(changed);
      expect(await open().run((tx) => tx.orders.lock(uuidv7()))).toBeUndefined();
    });

    it('are due once per check, of running requests only, and also of requests without one', async () => {
      const [kept, before, over] = [newRequest(), newRequest(), newRequest({ state: 'failed' })];
      await open().run(async (tx) => {
        for (const request of [kept, before, over]) await tx.requests.insert(request, undefined);
        await tx.orders.insert(order(kept));
        await tx.orders.insert(order(over));
      });
      const all = [kept, before, over];
      expect(await taken(999, 10_000, all)).toEqual([before.requestId]);
      expect(await taken(1000, 10_000, all)).toEqual([kept.requestId]);
      expect(await taken(9999, 20_000, all)).toEqual([]);
      expect(await taken(10_000, 20_000, all)).toEqual([kept.requestId, before.requestId].sort());
      const none = await open().run((tx) => tx.orders.lock(before.requestId));
      expect(none).toMatchObject({ payload: undefined, restarts: 0, isConfirmed: false });
    });
  });

  it('delete a request with its approvals when it ended so long ago, unless it or an approval is open', async () => {
    const endedAt = new Date(createdAt.getTime() - 1000);
    const old = newRequest({ state: 'failed', endedAt });
    const waiting = newRequest({ state: 'failed', endedAt });
    const open1 = newRequest();
    const approval = newApproval(old, { state: 'voided' });
    await open().run(async (tx) => {
      for (const request of [old, waiting, open1]) await tx.requests.insert(request, undefined);
      await tx.approvals.insert(approval);
      await tx.approvals.insert(newApproval(waiting));
    });
    const found = async (request: Request) =>
      (await open().run((tx) => tx.requests.find(request.requestId))) !== undefined;
    await open().run((tx) => tx.requests.deleteEndedBefore(endedAt, 1000));
    expect(await found(old)).toBe(true);
    await open().run((tx) => tx.requests.deleteEndedBefore(createdAt, 1000));
    expect([await found(old), await found(waiting), await found(open1)]).toEqual([false, true, true]);
    expect(await open().run((tx) => tx.approvals.find(approval.approvalId))).toBeUndefined();
  });

  it('page through requests, newest first, each once', async () => {
    const projectId = `p-${uuidv7().slice(-6)}`;
    const made = [1, 2, 3].map((second) => newRequest({ projectId, requestId: uuidv7(second * 1000) }));
    await open().run(async (tx) => {
      for (const request of made) await tx.requests.insert(request, undefined);
    });
    const first = await open().run((tx) => tx.requests.page({ projectId, limit: 2 }));
    expect(first).toEqual([made[2], made[1]]);
    const second = await open().run((tx) =>
      tx.requests.page({ projectId, limit: 2, before: first[1]?.requestId }),
    );
    expect(second).toEqual([made[0]]);
  });

  it('return expired approvals only while they are pending', async () => {
    const request = newRequest();
    const approval = newApproval(request);
    await open().run(async (tx) => {
      await tx.requests.insert(request, undefined);
      await tx.approvals.insert(approval);
    });
    const overdue = (at: string) => open().run((tx) => tx.approvals.takeExpired(new Date(at), 1000));
    expect(await overdue('2026-01-01T00:59:59Z')).not.toContainEqual(approval);
    expect(await overdue('2026-01-01T01:00:00Z')).toContainEqual(approval);
    const denied: Approval = {
      ...approval,
      state: 'denied',
      decidedBy: 'policy:expired',
      decidedAt: createdAt,
      version: 2,
    };
    await open().run((tx) => tx.approvals.update(denied));
    expect(await open().run((tx) => tx.approvals.findByGate(approval.gateId))).toEqual(denied);
    expect(await overdue('2026-01-01T01:00:00Z')).not.toContainEqual(approval);
  });

  it('store the escalation and the chosen option, and find the pending approvals of a request', async () => {
    const request = newRequest();
    const escalated = newApproval(request, {
      kind: 'escalation',
      escalation: {
        step_id: 'validate',
        escalation: 1,
        rounds: 2,
        error: { code: 'verdict_rejected', message: 'Too slow.', retryable: false },
        findings: [{ code: 'speedup_too_small', severity: 'high', message: 'It is 1.1.' }],
      },
    });
    await open().run(async (tx) => {
      await tx.requests.insert(request, undefined);
      await tx.approvals.insert(escalated);
    });
    const pending = () => open().run((tx) => tx.approvals.pendingOf([request.requestId, uuidv7()]));
    expect(await pending()).toEqual([escalated]);
    const decided: Approval = {
      ...escalated,
      state: 'approved',
      option: 'take_over',
      decidedBy: 'grace',
      decidedAt: createdAt,
      version: 2,
    };
    await open().run((tx) => tx.approvals.update(decided));
    expect(await open().run((tx) => tx.approvals.find(escalated.approvalId))).toEqual(decided);
    expect(await pending()).toEqual([]);
  });

  it('store accepted findings', async () => {
    const request = newRequest();
    const change = {
      change_id: uuidv7(),
      base: 'b'.repeat(40),
      commit: 'c'.repeat(40),
      tree: 'd'.repeat(40),
    };
    const escalated = newApproval(request, {
      kind: 'escalation',
      escalation: {
        step_id: 'validate',
        escalation: 1,
        rounds: 2,
        error: { code: 'verdict_rejected', message: 'Too slow.', retryable: false },
        findings: [{ code: 'speedup_too_small', severity: 'high', message: 'It is 1.1.', waivable: true }],
        change,
        options: ['retry', 'take_over', 'abandon', 'accept'],
      },
    });
    await open().run(async (tx) => {
      await tx.requests.insert(request, undefined);
      await tx.approvals.insert(escalated);
    });
    const accepted: Approval = {
      ...escalated,
      state: 'approved',
      option: 'accept',
      decidedBy: 'grace',
      reason: 'It is within the noise.',
      decidedAt: createdAt,
      version: 2,
    };
    await open().run((tx) => tx.approvals.update(accepted));
    expect(await open().run((tx) => tx.approvals.find(escalated.approvalId))).toEqual(accepted);
  });

  it('store which gates have closed', async () => {
    const gateId = uuidv7();
    const isClosed = () => open().run((tx) => tx.approvals.isGateClosed(gateId));
    expect(await isClosed()).toBe(false);
    await open().run((tx) => tx.approvals.rememberClosedGate(gateId));
    await open().run((tx) => tx.approvals.rememberClosedGate(gateId));
    expect(await isClosed()).toBe(true);
  });
}
