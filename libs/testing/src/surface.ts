import type {
  AgentMessageContract,
  CommandContract,
  EventContract,
  Inbox,
  Messages,
  Outbox,
  ServiceName,
  UnitOfWork,
} from '@ymera/contracts';
import type { Clock } from '@ymera/kernel';
import type { MigrationInterface } from 'typeorm';

export declare function testDatabase(options: {
  readonly service: ServiceName;
  readonly migrations: readonly (new () => MigrationInterface)[];
}): Promise<{
  /** With the service's own role. */
  readonly url: string;
  readonly adminUrl: string;
  readonly database: string;
  drop(): Promise<void>;
}>;

export declare function testVhosts(options?: { readonly partitions?: number }): Promise<{
  /** Without a vhost path. */
  readonly url: string;
  readonly servicesVhost: string;
  readonly agentsVhost: string;
  close(): Promise<void>;
}>;

export declare function eventually<T>(
  fn: () => T | Promise<T>,
  options?: { readonly timeoutMs?: number; readonly intervalMs?: number },
): Promise<T>;

export declare class FakeClock implements Clock {
  constructor(start?: Date | string);
  now(): Date;
  set(time: Date | string): void;
  advance(milliseconds: number): void;
}

export type RecordedMessage =
  | {
      readonly kind: 'event';
      readonly contract: EventContract;
      readonly aggregateId: string;
      readonly aggregateVersion: number;
      readonly payload: unknown;
    }
  | { readonly kind: 'command'; readonly contract: CommandContract; readonly payload: unknown }
  | {
      readonly kind: 'agent_message';
      readonly contract: AgentMessageContract;
      readonly principalId: string;
      readonly payload: unknown;
    };

export declare class RecordingOutbox implements Outbox {
  readonly messages: readonly RecordedMessage[];
  event: Outbox['event'];
  command: Outbox['command'];
  toAgent: Outbox['toAgent'];
}

/**
 * Transactions over plain data: `state` is copied (structuredClone) before each run and put back when the work throws.
 */
export declare class InMemoryUnitOfWork<
  State extends object,
  Stores extends object,
> implements UnitOfWork<Stores> {
  constructor(initial: State, stores: (state: State) => Stores);
  /** What is committed. */
  readonly state: State;
  /** What committed transactions sent. */
  readonly outbox: RecordingOutbox;
  readonly inbox: Inbox;
  run<R>(work: (tx: Stores & Messages) => Promise<R>): Promise<R>;
}

/** Call once in a test file that opens connections: fails it when something is left open at its end. */
export declare function leakGuard(): void;
