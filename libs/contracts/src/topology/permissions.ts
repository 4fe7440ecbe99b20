import type { ServiceName } from '../define/message';
import { serviceNames } from '../define/message';
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

/** Answers of queries and delayed redeliveries go through the default exchange. */
const serviceWrite = anyOf(
  ...[exchanges.events, exchanges.commands, exchanges.queries, exchanges.dead].map(escape),
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
    write: serviceWrite,
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

/** A service publishes only events of its own context. */
export const topicPermissions: readonly TopicPermission[] = serviceNames.map((service) => ({
  service,
  vhost: 'services',
  exchange: exchanges.events,
  write: `^${service}\\..+`,
  read: '.*',
}));
