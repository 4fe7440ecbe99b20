import { serviceNames, type ServiceName } from '../define/message';

export const exchanges = {
  events: 'ymera.events',
  commands: 'ymera.commands.v2',
  queries: 'ymera.queries.v2',
  dead: 'ymera.dead',
  agentsIn: 'agents.in',
  agentsOut: 'agents.out',
  agentsDead: 'agents.dead',
} as const;

/** Exchanges of earlier versions, and what replaced them: a message that was stored for one is published to the other. */
export const replacedExchanges: Readonly<Record<string, string>> = {
  'ymera.commands': exchanges.commands,
  'ymera.queries': exchanges.queries,
};

/** The one service that consumes dead-letter queues, of all services and on both virtual hosts (ADR 0011). */
export const deadLetterKeeper: ServiceName = 'orchestrator';

/** Number of report partitions; fixed for the life of an installation. */
export const partitionCount = 64;

/** The word for the partition in routing keys of `hello`, which is sent before a partition is known. */
export const helloPartition = 'hello';

export const eventQueue = (service: ServiceName): string => `${service}.events`;
export const commandQueue = (service: ServiceName): string => `${service}.commands`;
export const queryQueue = (service: ServiceName): string => `${service}.queries`;
export const deadQueue = (service: ServiceName): string => `${service}.dead`;
export const reportQueue = (partition: number): string => `reporting.reports.${partition}`;
export const agentQueue = (principalId: string): string => `agent.${principalId}`;

/** What stands before the service's name in the names of its installation's broker users. */
const userPrefix = 'svc-';
export const serviceUser = (service: ServiceName): string => `${userPrefix}${service}`;

/** The broker user of a service, as it knows itself. */
export interface ServiceIdentity {
  readonly service: ServiceName;
  readonly user: string;
}

/**
 * The broker user of another service of the same installation: its users differ in the service's name only, so a service knows
 * the others' by its own.
 */
export function userBeside(own: ServiceIdentity, service: ServiceName): string {
  const prefix = own.user.endsWith(own.service) ? own.user.slice(0, -own.service.length) : userPrefix;
  return `${prefix}${service}`;
}

/**
 * The service whose broker user this is, undefined for everyone else. No principal can have such a name: it is authenticated
 * only after the broker's own table of users.
 */
export const serviceOfUser = (user: unknown, own: ServiceIdentity): ServiceName | undefined =>
  serviceNames.find((service) => user === userBeside(own, service));

/** Queues on the agents' virtual host that are not per partition. */
export const agentQueues = {
  hello: 'registry.hello',
  events: 'reporting.agent-events',
  results: 'orchestrator.results',
} as const;

/** Routing key of a principal's message. */
export const agentRoutingKey = (
  channel: 'report' | 'result' | 'event',
  partition: number | typeof helloPartition,
  principalId: string,
): string => `${channel}.${partition}.${principalId}`;
