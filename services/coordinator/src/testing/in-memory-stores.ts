import { FailureException, versionConflict } from '@ymera/kernel';
import type {
  ApprovalStore,
  CoordinatorStores,
  EarlierRequest,
  IdempotencyKey,
  RequestStore,
  WorkflowOrder,
  WorkflowOrderStore,
} from '../application/ports';
import type { Approval } from '../domain/approval';
import type { Request } from '../domain/request';

export interface CoordinatorState {
  readonly requests: Map<string, Request>;
  readonly keys: Map<string, { readonly requestId: string; readonly requestDigest: string }>;
  readonly orders: Map<string, WorkflowOrder>;
  readonly approvals: Map<string, Approval>;
  readonly closedGates: Set<string>;
}

export const emptyState = (): CoordinatorState => ({
  requests: new Map(),
  keys: new Map(),
  orders: new Map(),
  approvals: new Map(),
  closedGates: new Set(),
});

export const inMemoryStores = (state: CoordinatorState): CoordinatorStores => ({
  requests: new InMemoryRequestStore(state),
  orders: new InMemoryWorkflowOrderStore(state),
  approvals: new InMemoryApprovalStore(state),
});

class InMemoryRequestStore implements RequestStore {
  constructor(private readonly state: CoordinatorState) {}

  async insert(
    request: Request,
    idempotency: IdempotencyKey | undefined,
  ): Promise<EarlierRequest | undefined> {
    if (idempotency !== undefined) {
      const { key, requestDigest } = idempotency;
      const earlier = await this.findByIdempotencyKey(request.requestedBy, key);
      if (earlier) return earlier;
      this.state.keys.set(`${request.requestedBy} ${key}`, { requestId: request.requestId, requestDigest });
    }
    this.state.requests.set(request.requestId, request);
    return undefined;
  }

  update(request: Request): Promise<void> {
    if (this.state.requests.get(request.requestId)?.version !== request.version - 1)
      return Promise.reject(new FailureException(versionConflict));
    this.state.requests.set(request.requestId, request);
    return Promise.resolve();
  }

  find(requestId: string): Promise<Request | undefined> {
    return Promise.resolve(this.state.requests.get(requestId));
  }

  findByIdempotencyKey(requestedBy: string, key: string): Promise<EarlierRequest | undefined> {
    const kept = this.state.keys.get(`${requestedBy} ${key}`);
    const request = this.state.requests.get(kept?.requestId ?? '');
    return Promise.resolve(request && { request, requestDigest: kept?.requestDigest });
  }

  page({ projectId, before, limit }: Parameters<RequestStore['page']>[0]): Promise<readonly Request[]> {
    const all = [...this.state.requests.values()].filter(
      (request) => projectId === undefined || request.projectId === projectId,
    );
    return Promise.resolve(newestFirst(all, ({ requestId }) => requestId, before, limit));
  }

  deleteEndedBefore(time: Date, limit: number): Promise<number> {
    const { requests, approvals, orders } = this.state;
    const isOpen = (requestId: string): boolean =>
      [...approvals.values()].some((one) => one.requestId === requestId && one.state === 'pending');
    const old = [...requests.values()]
      .filter(({ requestId, endedAt }) => endedAt !== null && endedAt < time && !isOpen(requestId))
      .slice(0, limit);
    for (const { requestId } of old) {
      requests.delete(requestId);
      orders.delete(requestId);
      for (const [id, approval] of approvals) if (approval.requestId === requestId) approvals.delete(id);
    }
    return Promise.resolve(old.length);
  }
}

class InMemoryWorkflowOrderStore implements WorkflowOrderStore {
  constructor(private readonly state: CoordinatorState) {}

  insert(order: WorkflowOrder): Promise<void> {
    this.state.orders.set(order.requestId, order);
    return Promise.resolve();
  }

  lock(requestId: string): Promise<WorkflowOrder | undefined> {
    return Promise.resolve(this.state.orders.get(requestId));
  }

  save(order: WorkflowOrder): Promise<void> {
    const known = this.state.orders.get(order.requestId);
    if (known) this.state.orders.set(order.requestId, { ...order, payload: known.payload });
    return Promise.resolve();
  }

  takeDue(by: Date, nextCheckAt: Date, limit: number): ReturnType<WorkflowOrderStore['takeDue']> {
    const due = [...this.state.requests.values()]
      .filter(({ state }) => state === 'running')
      .flatMap(({ requestId, workflowId, createdAt }) => {
        const checkAt = this.state.orders.get(requestId)?.checkAt ?? createdAt;
        return workflowId !== null && checkAt <= by ? [{ requestId, workflowId }] : [];
      })
      .sort((a, b) => (a.requestId < b.requestId ? -1 : 1))
      .slice(0, limit);
    const none = { payload: undefined, restarts: 0, isConfirmed: false };
    for (const { requestId } of due)
      this.state.orders.set(requestId, {
        ...none,
        ...this.state.orders.get(requestId),
        requestId,
        checkAt: nextCheckAt,
      });
    return Promise.resolve(due);
  }
}

class InMemoryApprovalStore implements ApprovalStore {
  constructor(private readonly state: CoordinatorState) {}

  insert(approval: Approval): Promise<void> {
    this.state.approvals.set(approval.approvalId, approval);
    return Promise.resolve();
  }

  update(approval: Approval): Promise<void> {
    if (this.state.approvals.get(approval.approvalId)?.version !== approval.version - 1)
      return Promise.reject(new FailureException(versionConflict));
    this.state.approvals.set(approval.approvalId, approval);
    return Promise.resolve();
  }

  find(approvalId: string): Promise<Approval | undefined> {
    return Promise.resolve(this.state.approvals.get(approvalId));
  }

  findByGate(gateId: string): Promise<Approval | undefined> {
    return Promise.resolve([...this.state.approvals.values()].find((approval) => approval.gateId === gateId));
  }

  page({
    requestId,
    state,
    before,
    limit,
  }: Parameters<ApprovalStore['page']>[0]): Promise<readonly Approval[]> {
    const all = [...this.state.approvals.values()].filter(
      (approval) =>
        (requestId === undefined || approval.requestId === requestId) &&
        (state === undefined || approval.state === state),
    );
    return Promise.resolve(newestFirst(all, ({ approvalId }) => approvalId, before, limit));
  }

  pendingOf(requestIds: readonly string[]): Promise<readonly Approval[]> {
    const pending = [...this.state.approvals.values()].filter(
      ({ requestId, state }) => state === 'pending' && requestIds.includes(requestId),
    );
    return Promise.resolve(pending.sort((a, b) => (a.approvalId < b.approvalId ? -1 : 1)));
  }

  takeExpired(now: Date, limit: number): Promise<readonly Approval[]> {
    const overdue = [...this.state.approvals.values()].filter(
      ({ state, expiresAt }) => state === 'pending' && expiresAt <= now,
    );
    return Promise.resolve(overdue.slice(0, limit));
  }

  /** Transactions on plain data do not overlap. */
  lockGate(): Promise<void> {
    return Promise.resolve();
  }

  rememberClosedGate(gateId: string): Promise<void> {
    this.state.closedGates.add(gateId);
    return Promise.resolve();
  }

  isGateClosed(gateId: string): Promise<boolean> {
    return Promise.resolve(this.state.closedGates.has(gateId));
  }
}

function newestFirst<T>(
  all: readonly T[],
  idOf: (item: T) => string,
  before: string | undefined,
  limit: number,
): readonly T[] {
  return [...all]
    .sort((a, b) => (idOf(a) < idOf(b) ? 1 : -1))
    .filter((item) => before === undefined || idOf(item) < before)
    .slice(0, limit);
}
