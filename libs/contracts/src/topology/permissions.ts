import type { ServiceName } from '../define/message';
import { commands } from '../commands';
import { serviceNames } from '../define/message';
import { events } from '../events';
import { queries } from '../queries';
import { deadLetterKeeper, exchanges } from './names';
import type { VirtualHost } from './topology';

/** RabbitMQ permissions: anchored regular expressions over resource names; `^$` matches nothing. */
export interface Permission {
  readonly service: ServiceName;
  readonly vhost: VirtualHost;
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

/** Permissions of a service on a topic exchange, by routing key. */
export interface TopicPermission {
  readonly service: ServiceName;
  readonly vhost: VirtualHost;
  readonly exchange: string;
  readonly write: string;
  readonly read: string;
}

const nothing = '^$';
const escape = (name: string): string => name.replaceAll('.', '\\.');
const anyOf = (...names: readonly string[]): string => `^(${names.join('|')})$`;

/** Routing keys that a service may publish to each exchange, from who owns or may send what. */
const publishedBy = (service: ServiceName): Readonly<Record<string, readonly string[]>> => {
  const keysOf = (contracts: readonly { readonly key: string; readonly senders: readonly ServiceName[] }[]) =>
    contracts.filter(({ senders }) => senders.includes(service)).map(({ key }) => key);
  return {
    [exchanges.events]: events.filter(({ owner }) => owner === service).map(({ key }) => key),
    [exchanges.commands]: keysOf(commands),
    [exchanges.queries]: keysOf(queries),
  };
};

/** Besides what it sends: dead letters, and answers of queries and delayed redeliveries, by the default exchange. */
const serviceWrite = (service: ServiceName): string =>
  anyOf(
    ...Object.entries(publishedBy(service))
      .filter(([, keys]) => keys.length > 0)
      .map(([exchange]) => escape(exchange)),
    escape(exchanges.dead),
    'amq\\.default',
  );

const readOf = (service: ServiceName): string =>
  service === deadLetterKeeper
    ? `^(${service}\\.(events|commands|queries)|.+\\.dead)$`
    : `^${service}\\.(events|commands|queries)$`;

/** Services declare nothing; only the registry creates and removes principals' queues. */
export const permissions: readonly Permission[] = [
  ...serviceNames.map((service) => ({
    service,
    vhost: 'services' as const,
    configure: nothing,
    write: serviceWrite(service),
    read: readOf(service),
  })),
  {
    service: 'registry',
    vhost: 'agents',
    configure: '^agent\\..+$',
    write: anyOf('agent\\..+', escape(exchanges.agentsOut), escape(exchanges.agentsDead), 'amq\\.default'),
    read: anyOf('agent\\..+', escape(exchanges.agentsOut), 'registry\\.hello'),
  },
  {
    service: 'reporting',
    vhost: 'agents',
    configure: nothing,
    write: anyOf(escape(exchanges.agentsOut), escape(exchanges.agentsDead), 'amq\\.default'),
    read: '^reporting\\.(reports\\..+|agent-events)$',
  },
  {
    service: 'orchestrator',
    vhost: 'agents',
    configure: nothing,
    write: anyOf(escape(exchanges.agentsOut), escape(exchanges.agentsDead), 'amq\\.default'),
    read: '^(orchestrator\\.results|.+\\.dead)$',
  },
];

/** A service publishes only the events that it owns, and the commands and queries of which it is a sender. */
export const topicPermissions: readonly TopicPermission[] = serviceNames.flatMap((service) =>
  Object.entries(publishedBy(service)).map(([exchange, keys]) => ({
    service,
    vhost: 'services' as const,
    exchange,
    write: keys.length > 0 ? anyOf(...keys.map(escape)) : nothing,
    // Services bind nothing.
    read: nothing,
  })),
);
