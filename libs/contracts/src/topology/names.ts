import type { ServiceName } from '../define/message';

export const exchanges = {
  events: 'ymera.events',
  commands: 'ymera.commands',
  queries: 'ymera.queries',
  dead: 'ymera.dead',
  agentsIn: 'agents.in',
  agentsOut: 'agents.out',
  agentsDead: 'agents.dead',
} as const;

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
export const serviceUser = (service: ServiceName): string => `svc-${service}`;

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
