import {
  agentMessage,
  commandMessage,
  eventMessage,
  type OutgoingMessage,
  type ServiceName,
  type Stamp,
} from '@ymera/contracts';
import type { Outbox } from '@ymera/unit-of-work';
import { failure, FailureException, uuidv7, type Clock } from '@ymera/kernel';
import { injectTrace } from '@ymera/observability';
import { pollAfterMs, type NewOutboxRow, type OutboxKind } from './outbox-table';

const mebibyte = 1024 * 1024;
/**
 * The agent protocol's limit; between services an agent's largest change must fit, together with the platform's
 * additions.
 */
const maxBodyBytes = { agents: mebibyte, services: 4 * mebibyte };

const refuse = (code: string, message: string): never => {
  throw new FailureException(failure('internal', code, message));
};

/**
 * Collects the messages of one transaction; the unit of work stores them with its last statement. It refuses messages
 * that must not reach the broker, and rolls back: `payload_invalid` (the contract), `message_too_large`, and
 * `message_not_owned` (an event of another service, or a message that only agents send).
 */
export class TransactionOutbox implements Outbox {
  readonly rows: NewOutboxRow[] = [];

  constructor(
    private readonly service: ServiceName,
    private readonly clock: Clock,
  ) {}

  event: Outbox['event'] = async (contract, fact) => {
    if (contract.owner !== this.service)
      refuse(
        'message_not_owned',
        `${contract.key} is an event of ${contract.owner}; ${this.service} may not publish it.`,
      );
    if (!Number.isInteger(fact.aggregateVersion) || fact.aggregateVersion < 1)
      refuse('payload_invalid', `The aggregate version of ${contract.key} must be a whole number from 1.`);
    this.add('event', (stamp) => eventMessage(contract, fact, stamp));
  };

  command: Outbox['command'] = async (contract, payload) => {
    this.add('command', (stamp) => commandMessage(contract, payload, stamp));
  };

  toAgent: Outbox['toAgent'] = async (contract, principalId, payload) => {
    if (contract.channel !== 'inbox')
      refuse('message_not_owned', `${contract.name} is sent by agents, not to them.`);
    this.add('agent_message', (stamp) => agentMessage(contract, principalId, payload, stamp));
  };

  private add(kind: OutboxKind, messageOf: (stamp: Stamp) => OutgoingMessage): void {
    const time = this.clock.now();
    const id = uuidv7(time.getTime());
    const message = messageOf({ id, time, headers: injectTrace({}) });
    const bytes = message.body.length;
    const most = maxBodyBytes[message.vhost];
    if (bytes > most) refuse('message_too_large', `${message.type} has ${bytes} bytes; ${most} are allowed.`);
    this.rows.push({ ...message, id, createdAt: time, kind, availableInMs: pollAfterMs });
  }
}
