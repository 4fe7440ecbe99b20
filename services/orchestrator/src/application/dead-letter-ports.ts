import type { DeadLetterState, ServiceName, VirtualHost } from '@ymera/contracts';
import type { UnitOfWork } from '@ymera/unit-of-work';
import type { DeadLetter } from '../domain/dead-letter';

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
  /** Counted up to `most`. */
  count(vhost: VirtualHost, owner: ServiceName, most: number): Promise<number>;
  /** Deletes the oldest one. */
  deleteOldest(vhost: VirtualHost, owner: ServiceName): Promise<void>;
  /** Returns the number deleted. */
  deleteDeadLetteredBefore(time: Date): Promise<number>;
  /** Those that were never replayed, or were dead-lettered again. */
  waiting(): Promise<ReadonlyMap<ServiceName, number>>;
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
  readonly sendBack: SendBack;
}

export type DeadLetterUnitOfWork = UnitOfWork<DeadLetterStores>;

export interface DeadLetterMetrics {
  died(owner: ServiceName, code: string): void;
  replayed(owner: ServiceName): void;
  waiting(owner: ServiceName, count: number): void;
}
