import type { AgentMessageContract, CommandContract, EventContract } from '@ymera/contracts';
import type { z } from 'zod';

/**
 * Messages that are published with the transaction: stored in it, published right after its commit, deleted when the
 * broker confirms; a relay publishes them when the process dies in between. Payloads are validated here, before the
 * commit.
 */
export interface Outbox {
  event<Payload extends z.ZodType>(
    contract: EventContract<Payload>,
    fact: {
      readonly aggregateId: string;
      readonly aggregateVersion: number;
      readonly payload: z.input<Payload>;
    },
  ): Promise<void>;

  command<Payload extends z.ZodType>(
    contract: CommandContract<Payload>,
    payload: z.input<Payload>,
  ): Promise<void>;

  /** To the queue of one principal, on the agents' virtual host. */
  toAgent<Name extends string, Payload extends z.ZodType>(
    contract: AgentMessageContract<Name, Payload>,
    principalId: string,
    payload: z.input<Payload>,
  ): Promise<void>;
}

/** Records the messages that a consumer has handled, in the same transaction as their effect. */
export interface Inbox {
  /** False when this message was already handled: acknowledge it and do nothing. */
  accept(consumer: string, messageId: string): Promise<boolean>;
}

/** The common part of every transaction, besides a service's own stores. */
export interface Messages {
  readonly outbox: Outbox;
  readonly inbox: Inbox;
}

/**
 * One transaction: state, inbox and outbox commit together or not at all. `work` may run again after a serialization
 * failure or a deadlock, so it has no effect outside of `tx`. Throw to roll back (`FailureException` for an expected refusal).
 */
export interface UnitOfWork<Stores> {
  run<R>(work: (tx: Stores & Messages) => Promise<R>): Promise<R>;
}
