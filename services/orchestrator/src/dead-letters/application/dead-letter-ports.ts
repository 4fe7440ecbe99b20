import type { DeadLetterState, ServiceName, VirtualHost } from '@ymera/contracts';
import type { UnitOfWork } from '@ymera/unit-of-work';
import type { DeadLetter } from '../domain/dead-letter';
import type { PublishedCause, WaitingLetters } from '../domain/dead-letter-cause';

export interface KeptDeadLetter {
  readonly letter: DeadLetter;
  readonly excerpt: string;
}

export interface DeadLetterFilter {
  readonly owner?: ServiceName | undefined;
  readonly queue?: string | undefined;
  readonly code?: string | undefined;
  readonly state?: DeadLetterState | undefined;
  /** Only dead letters with an id below this one. */
  readonly before?: string | undefined;
  readonly limit: number;
}

export interface DeadLetterStore {
  /** Of the same message in the same queue; locked until the transaction ends. */
  lockSame(fingerprint: string): Promise<DeadLetter | undefined>;
  /** False when another transaction stored the same message first. */
  insert(letter: DeadLetter, fingerprint: string, excerpt: string, body: Buffer): Promise<boolean>;
  /** Updates state, count and replay; the message itself never changes. */
  update(letter: DeadLetter): Promise<void>;
  lock(deadLetterId: string): Promise<DeadLetter | undefined>;
  find(deadLetterId: string): Promise<DeadLetter | undefined>;
  bodyOf(deadLetterId: string): Promise<Buffer>;
  /** Newest first. */
  page(filter: DeadLetterFilter): Promise<readonly KeptDeadLetter[]>;
  /** Counted up to `max`. */
  count(vhost: VirtualHost, owner: ServiceName, max: number): Promise<number>;
  /** Deletes the oldest one. */
  deleteOldest(vhost: VirtualHost, owner: ServiceName): Promise<void>;
  /** Returns the number deleted. */
  deleteDeadLetteredBefore(time: Date): Promise<number>;
  /** Of this cause, that nothing has replayed or that died again. */
  waitingOf(causeId: string): Promise<WaitingLetters>;
  newestOf(causeId: string): Promise<DeadLetter | undefined>;
  /** Not replayed yet, or dead-lettered again. */
  waiting(): Promise<ReadonlyMap<ServiceName, number>>;
}

export interface DeadLetterCauseStore {
  /** No other transaction changes it until this one ends. */
  lock(causeId: string): Promise<PublishedCause>;
  save(cause: PublishedCause): Promise<void>;
  /** Locked, with letters that no fact has told, of which the last fact was published by then. Others skip them. */
  takeDue(publishedBy: Date, limit: number): Promise<readonly PublishedCause[]>;
}

/** A message for exactly one queue, published after the commit. */
export interface SendBack {
  schedule(message: {
    readonly vhost: VirtualHost;
    readonly queue: string;
    readonly retryAt: Date;
    readonly messageId: string;
    readonly type: string;
    readonly headers: Readonly<Record<string, unknown>>;
    readonly body: Buffer;
  }): Promise<void>;
}

export interface DeadLetterStores {
  readonly deadLetters: DeadLetterStore;
  readonly causes: DeadLetterCauseStore;
  readonly sendBack: SendBack;
}

export type DeadLetterUnitOfWork = UnitOfWork<DeadLetterStores>;

export interface DeadLetterMetrics {
  died(owner: ServiceName, code: string): void;
  replayed(owner: ServiceName): void;
  waiting(owner: ServiceName, count: number): void;
}
