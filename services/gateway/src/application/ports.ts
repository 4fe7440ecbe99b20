import type { AlertResource, ControlState, Role } from '@ymera/contracts';
import type { Result } from '@ymera/kernel';
import type { Denied } from '../domain/caller';
import type { AlertFact } from '../domain/alert';
import type { IdempotencyRecord } from '../domain/idempotency';
import type { TimelineEntry, TimelineFact } from '../domain/timeline';

interface Operator {
  readonly name: string;
  readonly roles: readonly Role[];
}

export interface OperatorToken extends Operator {
  /** SHA-256 of the whole token, hex: the secret in it is random, so no salt and no stretching is needed. */
  readonly tokenSha256: string;
}

export interface OperatorStore {
  /** Undefined when the token is unknown or revoked. */
  findByToken(tokenSha256: string): Promise<OperatorToken | undefined>;
  /** Replaces the tokens of the bootstrap file by these; other tokens that came from it are revoked. */
  replaceBootstrapped(tokens: readonly OperatorToken[]): Promise<void>;
}

/** The principal of a credential, according to the registry. */
export interface PrincipalDirectory {
  authenticate(
    credential: string,
  ): Promise<Result<{ readonly principalId: string; readonly denied?: Denied | undefined }>>;
}

/** A key belongs to one caller and one operation. */
export interface IdempotencyScope {
  readonly caller: string;
  readonly operation: string;
  readonly key: string;
}

export interface IdempotencyStore {
  /** Undefined: the key is new and reserved until `leaseUntil`. Otherwise the stored state of the key. */
  begin(
    scope: IdempotencyScope,
    requestDigest: string,
    times: { readonly now: Date; readonly leaseUntil: Date; readonly expiresAt: Date },
  ): Promise<IdempotencyRecord | undefined>;
  /** True when the abandoned key is now reserved by this caller. */
  takeOver(
    scope: IdempotencyScope,
    times: { readonly now: Date; readonly leaseUntil: Date },
  ): Promise<boolean>;
  complete(scope: IdempotencyScope, answer: Buffer): Promise<void>;
  /** Frees the key, after a request without effect. */
  release(scope: IdempotencyScope): Promise<void>;
  /** Returns how many were deleted. */
  deleteExpired(now: Date): Promise<number>;
}

/** The extent of one request's timeline. */
export interface TimelineExtent {
  /** 0 when there is no entry (not yet, or no longer). */
  readonly newest: number;
  /** When the end of the request was recorded. */
  readonly endedAt: Date | undefined;
}

export interface TimelineStore {
  /** Records new events in the given order. Positions become visible to readers in rising order only. */
  append(facts: readonly TimelineFact[]): Promise<void>;
  /** Oldest first. */
  read(requestId: string, after: number, limit: number): Promise<readonly TimelineEntry[]>;
  /** Requests with entries after `after`, and the newest position of all. */
  changedSince(after: number): Promise<{ readonly requestIds: readonly string[]; readonly newest: number }>;
  newestPosition(): Promise<number>;
  extentOf(requestId: string): Promise<TimelineExtent>;
  deleteOlderThan(time: Date): Promise<number>;
}

export interface AlertStore {
  /** In any order, and repeatedly: the event with the highest version of a subject decides. */
  apply(fact: AlertFact): Promise<void>;
  /** Newest first, those with an id below `before`. */
  page(filter: {
    readonly state: 'open' | 'all';
    readonly before?: string | undefined;
    readonly limit: number;
  }): Promise<readonly AlertResource[]>;
  /** Resolves those that are about nothing any more since then. */
  resolveExpired(now: Date): Promise<void>;
  /** Only those that were resolved before. */
  deleteOlderThan(time: Date): Promise<void>;
}

/** The pause switches, as reported by the services that own them. */
export interface ControlDirectory {
  dispatch(): Promise<Result<ControlState>>;
  landing(): Promise<Result<ControlState>>;
}

/** Whether the request exists and has ended; an error comes from its owner. */
export interface RequestDirectory {
  find(requestId: string): Promise<Result<{ readonly endedAt: Date | undefined }>>;
}
