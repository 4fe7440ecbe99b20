import { commands } from '../commands';
import { serviceNames, type ServiceName } from '../define/message';
import { queries } from '../queries';
import {
  agentQueues,
  commandQueue,
  deadQueue,
  eventQueue,
  exchanges,
  helloPartition,
  partitionCount,
  queryQueue,
  reportQueue,
} from './names';
import { subscriptions } from './subscriptions';

export type VirtualHost = 'services' | 'agents';
type Arguments = Readonly<Record<string, string | number | boolean>>;

export interface ExchangeDeclaration {
  readonly vhost: VirtualHost;
  readonly name: string;
  readonly type: 'topic' | 'direct';
}

export interface QueueDeclaration {
  readonly vhost: VirtualHost;
  readonly name: string;
  readonly arguments: Arguments;
}

export interface BindingDeclaration {
  readonly vhost: VirtualHost;
  readonly exchange: string;
  readonly queue: string;
  readonly routingKey: string;
}

export interface Topology {
  readonly exchanges: readonly ExchangeDeclaration[];
  readonly queues: readonly QueueDeclaration[];
  readonly bindings: readonly BindingDeclaration[];
}

/** Messages that a bounded queue holds before the broker refuses publishes. */
const commandQueueLength = 100_000;
/**
 * Deliveries of one message before the broker dead-letters it by itself. Consumers do so a little earlier, because only they
 * can say for sure who sent it.
 */
export const deliveryLimit = 20;
const agentsInQueueLength = 200_000;
/** A query is worthless after its caller's timeout. */
const queryTtlMs = 10_000;

/** A queue that holds the only copy of a message: fsynced before the confirm, bounded redelivery, nothing dropped. */
function quorum(dead: { exchange: string; owner: ServiceName }, extra: Arguments = {}): Arguments {
  return {
    'x-queue-type': 'quorum',
    'x-delivery-limit': deliveryLimit,
    'x-overflow': 'reject-publish',
    'x-dead-letter-exchange': dead.exchange,
    'x-dead-letter-routing-key': dead.owner,
    'x-dead-letter-strategy': 'at-least-once',
    ...extra,
  };
}

const deadArguments: Arguments = { 'x-queue-type': 'quorum' };

/**
 * Everything durable on the broker, derived from the declarations of messages and subscriptions. `partitions` is
 * smaller only in tests, where 64 quorum queues per file would cost seconds.
 */
export function topology(partitions: number = partitionCount): Topology {
  const queues: QueueDeclaration[] = [];
  const bindings: BindingDeclaration[] = [];

  const services = (name: string, queueArguments: Arguments): void => {
    queues.push({ vhost: 'services', name, arguments: queueArguments });
  };
  for (const service of serviceNames) {
    const dead = { exchange: exchanges.dead, owner: service };
    const consumed = subscriptions[service];
    if (consumed.length > 0) {
      services(eventQueue(service), quorum(dead));
      for (const { key } of consumed)
        bindings.push({
          vhost: 'services',
          exchange: exchanges.events,
          queue: eventQueue(service),
          routingKey: key,
        });
    }
    const ordered = commands.filter(({ owner }) => owner === service);
    if (ordered.length > 0) {
      services(commandQueue(service), quorum(dead, { 'x-max-length': commandQueueLength }));
      for (const { key } of ordered)
        bindings.push({
          vhost: 'services',
          exchange: exchanges.commands,
          queue: commandQueue(service),
          routingKey: key,
        });
    }
    const asked = queries.filter(({ owner }) => owner === service);
    if (asked.length > 0) {
      services(queryQueue(service), { 'x-message-ttl': queryTtlMs });
      for (const { key } of asked)
        bindings.push({
          vhost: 'services',
          exchange: exchanges.queries,
          queue: queryQueue(service),
          routingKey: key,
        });
    }
    if (consumed.length > 0 || ordered.length > 0) {
      services(deadQueue(service), deadArguments);
      bindings.push({
        vhost: 'services',
        exchange: exchanges.dead,
        queue: deadQueue(service),
        routingKey: service,
      });
    }
  }

  const agents = (
    owner: ServiceName,
    name: string,
    routingKeys: readonly string[],
    extra: Arguments = {},
  ): void => {
    const dead = { exchange: exchanges.agentsDead, owner };
    queues.push({
      vhost: 'agents',
      name,
      arguments: quorum(dead, { 'x-max-length': agentsInQueueLength, ...extra }),
    });
    for (const routingKey of routingKeys)
      bindings.push({ vhost: 'agents', exchange: exchanges.agentsIn, queue: name, routingKey });
  };
  const everyPartition = Array.from({ length: partitions }, (_, partition) => partition);
  for (const partition of everyPartition)
    agents('reporting', reportQueue(partition), [`report.${partition}.*`], {
      'x-single-active-consumer': true,
    });
  agents(
    'reporting',
    agentQueues.events,
    everyPartition.map((partition) => `event.${partition}.*`),
  );
  agents('registry', agentQueues.hello, [`event.${helloPartition}.*`]);
  agents('orchestrator', agentQueues.results, ['result.*.*']);
  for (const owner of ['reporting', 'registry', 'orchestrator'] as const) {
    queues.push({ vhost: 'agents', name: deadQueue(owner), arguments: deadArguments });
    bindings.push({
      vhost: 'agents',
      exchange: exchanges.agentsDead,
      queue: deadQueue(owner),
      routingKey: owner,
    });
  }

  return {
    exchanges: [
      { vhost: 'services', name: exchanges.events, type: 'topic' },
      { vhost: 'services', name: exchanges.commands, type: 'topic' },
      { vhost: 'services', name: exchanges.queries, type: 'topic' },
      { vhost: 'services', name: exchanges.dead, type: 'direct' },
      { vhost: 'agents', name: exchanges.agentsIn, type: 'topic' },
      { vhost: 'agents', name: exchanges.agentsOut, type: 'direct' },
      { vhost: 'agents', name: exchanges.agentsDead, type: 'direct' },
    ],
    queues,
    bindings,
  };
}

export interface DeadLetterQueue {
  readonly vhost: VirtualHost;
  readonly owner: ServiceName;
  readonly name: string;
}

/** Destinations of dead-lettered messages, each with the service that owned them. */
export const deadLetterQueues = (): readonly DeadLetterQueue[] =>
  serviceNames.flatMap((owner) =>
    topology(1)
      .queues.filter(({ name }) => name === deadQueue(owner))
      .map(({ vhost, name }) => ({ vhost, owner, name })),
  );

const livingQueues = (): ReadonlySet<string> =>
  new Set(
    topology().queues.map(
      ({ vhost, name, arguments: given }) => `${vhost} ${String(given['x-dead-letter-routing-key'])} ${name}`,
    ),
  );
let known: ReadonlySet<string> | undefined;

/** Whether messages of this owner can be dead-lettered from a queue of this name: the header is not trusted. */
export function isLivingQueue({ vhost, owner, name }: DeadLetterQueue): boolean {
  known ??= livingQueues();
  return known.has(`${vhost} ${owner} ${name}`);
}
