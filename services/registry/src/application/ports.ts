import type { AgentStanding, AgentType } from '@ymera/contracts';
import type { Messages, UnitOfWork } from '@ymera/unit-of-work';
import type { Agent, SanctionCause, SanctionStatus } from '../domain/agent';
import type { Credential } from '../domain/credential';
import type { Enrolment } from '../domain/enrolment';
import type { Principal, Provisioning } from '../domain/principal';
import type { EndCause } from '../domain/sanction-status';
import type { SecretToken, StoredSecret, TokenPrefix } from '../domain/secret-token';

export interface EnrolmentStore {
  add(enrolment: Enrolment): Promise<void>;
  find(keyId: string): Promise<Enrolment | undefined>;
  /** False when it is spent already, also by a concurrent transaction. */
  spend(keyId: string, spentBy: string, at: Date): Promise<boolean>;
}

export interface PrincipalStore {
  /** False when the name is taken. */
  add(principal: Principal): Promise<boolean>;
  /** Locked until the transaction ends, so that decisions about it are serial. */
  lock(principalId: string): Promise<Principal | undefined>;
  save(principal: Principal): Promise<void>;
  /** Ends the closing of connections, if it was due until exactly `closeUntil`. */
  settleClosing(principalId: string, closeUntil: Date): Promise<void>;
  /** Without effect when the row has changed since `from` was read. */
  settleProvisioning(principalId: string, from: Provisioning, to: Provisioning): Promise<void>;
}

export interface CredentialStore {
  add(credential: Credential): Promise<void>;
  revokeAll(principalId: string, at: Date): Promise<void>;
}

export interface AgentStore {
  /** False when the id is taken, also by a retired agent. */
  add(agent: Agent): Promise<boolean>;
  lock(agentId: string): Promise<Agent | undefined>;
  save(agent: Agent): Promise<void>;
  /** Those of `agentIds` that are active under this principal, in the order of their ids. */
  activeAmong(principalId: string, agentIds: readonly string[]): Promise<string[]>;
  /** The distinct sanction statuses of its active agents. */
  sanctionsOf(principalId: string): Promise<Pick<SanctionStatus, 'status' | 'cause'>[]>;
}

export interface IdempotencyKey {
  readonly scope: string;
  readonly keyHash: string;
}

export interface IdempotencyRecord {
  readonly requestDigest: string;
  readonly sealedReply: string;
}

export interface IdempotencyStore {
  /**
   * Undefined when the key now belongs to this transaction; otherwise the earlier answer. Waits for a transaction that
   * claimed the same key concurrently.
   */
  claim(
    key: IdempotencyKey,
    claim: { readonly requestDigest: string; readonly now: Date; readonly expiresAt: Date },
  ): Promise<IdempotencyRecord | undefined>;
  answer(key: IdempotencyKey, sealedReply: string): Promise<void>;
}

export interface RegistryStores {
  readonly enrolments: EnrolmentStore;
  readonly principals: PrincipalStore;
  readonly credentials: CredentialStore;
  readonly agents: AgentStore;
  readonly idempotency: IdempotencyStore;
}

export type RegistryUnitOfWork = UnitOfWork<RegistryStores>;
export type RegistryTransaction = RegistryStores & Messages;

/** A principal with everything that authentication and authorisation on the broker need. */
export interface PrincipalAccess {
  readonly principal: Principal;
  readonly credentials: readonly Credential[];
}

/** Reads that need no transaction. */
export interface RegistryReader {
  accessByName(principalId: string): Promise<PrincipalAccess | undefined>;
  principalOfKey(keyId: string): Promise<string | undefined>;
  agent(agentId: string): Promise<Agent | undefined>;
  /** By id, after `after`. */
  agents(page: {
    readonly agentType?: AgentType | undefined;
    readonly status?: Agent['status'] | undefined;
    readonly after?: string | undefined;
    readonly limit: number;
  }): Promise<Agent[]>;
  activeAgentsOf(principalId: string): Promise<Agent[]>;
  /** Fails when the database does not answer. */
  check(): Promise<void>;
  /** Principals with a pending step on the broker, or whose connections are to be closed. */
  unprovisioned(limit: number): Promise<Principal[]>;
}

export interface IssuedToken {
  /** Shown once, never stored. */
  readonly token: string;
  readonly stored: StoredSecret;
}

export interface SecretVault {
  issue(prefix: TokenPrefix): IssuedToken;
  /** In constant time. */
  matches(shown: SecretToken, stored: StoredSecret): boolean;
  /** Only this vault, with the phrase, can open it again. */
  seal(text: string, phrase: string): string;
  open(sealed: string, phrase: string): string;
}

/** The broker's state of a principal. Each step is idempotent. */
export interface PrincipalBroker {
  declareQueue(principalId: string): Promise<void>;
  deleteQueue(principalId: string): Promise<void>;
  closeConnections(principalId: string): Promise<void>;
}

/** Invalidates the cache of a principal; called after each commit that changed it. */
export interface AccessCache {
  invalidate(principalId: string): void;
}

export interface RegistryMetrics {
  authenticationFailed(code: string): void;
  /** Agents that a hello named although the principal does not own them. */
  unknownAgentsInHello(count: number): void;
  provisioningFailed(): void;
  sanctionStatusChanged(status: AgentStanding, cause: SanctionCause | EndCause): void;
}
