import type {
  AgentType,
  getProject,
  getWorkflow,
  PayloadOf,
  proposeRevert,
  ReplyOf,
  startWorkflow,
} from '@ymera/contracts';
import type { UnitOfWork } from '@ymera/unit-of-work';
import type { Result } from '@ymera/kernel';
import type { Approval } from '../domain/approval';
import type { Request } from '../domain/request';

/** The requester's key for sending a request again, with the digest of what is asked. */
export interface IdempotencyKey {
  readonly key: string;
  readonly requestDigest: string;
}

export interface EarlierRequest {
  readonly request: Request;
  /** Undefined for requests from before digests were kept. */
  readonly requestDigest: string | undefined;
}

export interface RequestStore {
  /**
   * Stores it and returns undefined; or stores nothing and returns the request that the requester's key has already. Waits
   * for a transaction that is about to use the key.
   */
  insert(request: Request, idempotency: IdempotencyKey | undefined): Promise<EarlierRequest | undefined>;
  /** Replaces the row of version `request.version - 1`; throws `version_conflict` when another transaction was faster. */
  update(request: Request): Promise<void>;
  find(requestId: string): Promise<Request | undefined>;
  findByIdempotencyKey(requestedBy: string, key: string): Promise<EarlierRequest | undefined>;
  /** Newest first, those with an id below `before`. */
  page(filter: {
    readonly projectId?: string | undefined;
    readonly before?: string | undefined;
    readonly limit: number;
  }): Promise<readonly Request[]>;
  /**
   * Ended ones with their approvals, of which none is pending, except those that another transaction holds; and what is known
   * of gates that closed before. Gives the number of requests.
   */
  deleteEndedBefore(time: Date, limit: number): Promise<number>;
}

export interface ApprovalStore {
  insert(approval: Approval): Promise<void>;
  update(approval: Approval): Promise<void>;
  find(approvalId: string): Promise<Approval | undefined>;
  findByGate(gateId: string): Promise<Approval | undefined>;
  /** Newest first, those with an id below `before`. */
  page(filter: {
    readonly requestId?: string | undefined;
    readonly state?: Approval['state'] | undefined;
    readonly before?: string | undefined;
    readonly limit: number;
  }): Promise<readonly Approval[]>;
  /** Pending approvals of these requests, oldest first. */
  pendingOf(requestIds: readonly string[]): Promise<readonly Approval[]>;
  /** Expired pending approvals, locked for this transaction; other transactions skip them. */
  takeExpired(now: Date, limit: number): Promise<readonly Approval[]>;
  /**
   * Waits until no other transaction locks this gate, and locks it until the end of this one. Later reads of the gate
   * include the writes of earlier lock holders, and no other transaction changes it meanwhile.
   */
  lockGate(gateId: string): Promise<void>;
  /** A close event may arrive before the open event, because the broker guarantees no order. */
  rememberClosedGate(gateId: string): Promise<void>;
  isGateClosed(gateId: string): Promise<boolean>;
}

/** What became of an order to start a workflow, as far as it was checked. */
export interface WorkflowOrder {
  readonly requestId: string;
  /** Undefined of a request of before orders were kept. */
  readonly payload: PayloadOf<typeof startWorkflow> | undefined;
  readonly checkAt: Date;
  /** How often it was sent again. */
  readonly restarts: number;
  /** The orchestrator has had the workflow. */
  readonly isConfirmed: boolean;
}

export interface WorkflowOrderStore {
  insert(order: WorkflowOrder): Promise<void>;
  /** No other transaction changes it until this one ends. */
  lock(requestId: string): Promise<WorkflowOrder | undefined>;
  save(order: WorkflowOrder): Promise<void>;
  /** Requests that run and are to be checked by then, put off until `nextCheckAt`; others skip them meanwhile. */
  takeDue(
    by: Date,
    nextCheckAt: Date,
    limit: number,
  ): Promise<readonly { readonly requestId: string; readonly workflowId: string }[]>;
}

export interface CoordinatorStores {
  readonly requests: RequestStore;
  readonly orders: WorkflowOrderStore;
  readonly approvals: ApprovalStore;
}

export type CoordinatorUnitOfWork = UnitOfWork<CoordinatorStores>;

/** Queries of the coordinator to other services. */
export interface Directory {
  /** The project after a synchronisation with its upstream, if the upstream is reachable; waits for it. */
  project(projectId: string): Promise<Result<ReplyOf<typeof getProject>>>;
  /** The same order gives the same change. */
  proposeRevert(order: PayloadOf<typeof proposeRevert>): Promise<Result<ReplyOf<typeof proposeRevert>>>;
  hasAgentOf(type: AgentType): Promise<Result<boolean>>;
  /** Fails with `workflow_not_found` when the orchestrator has none of that id. */
  workflow(workflowId: string): Promise<Result<ReplyOf<typeof getWorkflow>>>;
}

export interface Ids {
  next(): string;
}
