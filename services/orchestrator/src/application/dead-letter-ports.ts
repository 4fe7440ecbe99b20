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
  /** A dead letter's id; those below it. */
  readonly before?: string | undefined;
  readonly limit: number;
}

export interface DeadLetterStore {
  /** Of the same message in the same queue; nobody else changes it until the transaction ends. */
  lockSame(fingerprint: string): Promise<DeadLetter | undefined>;
  /** False when somebody else was faster with the same message. */
  insert(letter: DeadLetter, fingerprint: string, excerpt: string, body: Buffer): Promise<boolean>;
  /** State, deaths and replay; what died stays as it was. */
  update(letter: DeadLetter): Promise<void>;
  lock(deadLetterId: string): Promise<DeadLetter | undefined>;
  find(deadLetterId: string): Promise<DeadLetter | undefined>;
  bodyOf(deadLetterId: string): Promise<Buffer>;
  /** Newest first. */
  page(filter: DeadLetterFilter): Promise<readonly KeptDeadLetter[]>;
  /** Counted up to `most`. */
  count(vhost: VirtualHost, owner: ServiceName, most: number): Promise<number>;
  /** The oldest one. */
  deleteOldest(vhost: VirtualHost, owner: ServiceName): Promise<void>;
  /** How many were forgotten. */
  deleteDeadLetteredBefore(time: Date): Promise<number>;
  /** That nobody has replayed, or that died again. */
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
