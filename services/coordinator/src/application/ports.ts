import type { AgentType, getProject, PayloadOf, proposeRevert, ReplyOf } from '@ymera/contracts';
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
  /** Replaces the row of version `request.version - 1`; throws `version_conflict` when somebody was faster. */
  update(request: Request): Promise<void>;
  find(requestId: string): Promise<Request | undefined>;
  findByIdempotencyKey(requestedBy: string, key: string): Promise<EarlierRequest | undefined>;
  /** Newest first, those with an id below `before`. */
  page(filter: {
    readonly projectId?: string | undefined;
    readonly before?: string | undefined;
    readonly limit: number;
  }): Promise<readonly Request[]>;
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

export interface CoordinatorStores {
  readonly requests: RequestStore;
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
}

export interface Ids {
  next(): string;
}
