import {
  agentMessage,
  commandMessage,
  eventMessage,
  type AgentMessageContract,
  type CommandContract,
  type EventContract,
  type OutgoingMessage,
  type PayloadOf,
} from '@ymera/contracts';
import type { Outbox } from '@ymera/unit-of-work';
import { uuidv7 } from '@ymera/kernel';

type AnyContract = EventContract | CommandContract | AgentMessageContract;

export interface RecordedMessage {
  readonly contract: AnyContract;
  readonly payload: unknown;
  /** Events only. */
  readonly aggregateId?: string;
  readonly aggregateVersion?: number;
  /** Messages to agents only. */
  readonly principalId?: string;
  /** The messages that would have gone to the broker. */
  readonly outgoing: OutgoingMessage;
}

/** Records messages instead of sending them. A payload that breaks its contract is refused as in production. */
export class RecordingOutbox implements Outbox {
  readonly messages: RecordedMessage[] = [];

  event: Outbox['event'] = async (contract, fact) => {
    const { aggregateId, aggregateVersion } = fact;
    this.record(contract, fact.payload, eventMessage(contract, fact, this.stamp()), {
      aggregateId,
      aggregateVersion,
    });
  };

  command: Outbox['command'] = async (contract, payload) => {
    this.record(contract, payload, commandMessage(contract, payload, this.stamp()));
  };

  toAgent: Outbox['toAgent'] = async (contract, principalId, payload) => {
    this.record(contract, payload, agentMessage(contract, principalId, payload, this.stamp()), {
      principalId,
    });
  };

  /** The payloads sent under one contract, in order. */
  payloads<C extends AnyContract>(contract: C): PayloadOf<C>[] {
    return this.messages
      .filter((message) => message.contract === contract)
      .map(({ payload }) => payload as PayloadOf<C>);
  }

  private stamp() {
    return { id: uuidv7(), time: new Date() };
  }

  private record(
    contract: AnyContract,
    payload: unknown,
    outgoing: OutgoingMessage,
    extra: Pick<RecordedMessage, 'aggregateId' | 'aggregateVersion' | 'principalId'> = {},
  ): void {
    this.messages.push({ contract, payload: contract.payload.parse(payload), outgoing, ...extra });
  }
}
