import { agentQueue, agentRoutingKey, helloPartition, partitionCount, principalId } from '@ymera/contracts';
import { sha256Hex } from '@ymera/kernel';

type PrincipalStatus = 'active' | 'suspended' | 'frozen' | 'retired';

/** Causes of sanctions: good reports lift a suspension for silence, never one for a violation. */
type StatusCause = 'silence' | 'violation' | 'operator';

/**
 * The pending step on the broker. It is a state of the row, so that a process that dies between commit and broker
 * leaves work for the periodic job, not a principal without a queue.
 */
export type Provisioning = 'declare_pending' | 'declared' | 'remove_pending' | 'removed';

/** An AMQP user: a single agent, or a runner that hosts many on one connection. */
export interface Principal {
  readonly principalId: string;
  readonly partition: number;
  readonly status: PrincipalStatus;
  readonly cause: StatusCause | null;
  /** Raised when all access is refused. */
  readonly credentialEpoch: number;
  /** The newest session issued; 0 before the first hello. */
  readonly session: number;
  /** The hello that opened it: a redelivery opens no other. */
  readonly lastHelloId: string | null;
  readonly agentCount: number;
  /** Created for one agent, and retired with it. */
  readonly servesOneAgent: boolean;
  readonly provisioning: Provisioning;
  /** Until when removal is repeated: the broker may still use a cached permission. */
  readonly removalUntil: Date | null;
  /** Until when connections are closed repeatedly: as long as the broker may use a cached permission. */
  readonly closeUntil: Date | null;
  readonly enrolledBy: string;
  readonly enrolledAt: Date;
  /** Rises with every event about the principal. */
  readonly version: number;
}

export const maxAgentsPerPrincipal = 1000;

/** AMQP names and routing keys end at 255 bytes; the longest one derived from a principal's name sets its limit. */
const maxNameLength = (() => {
  const routingKey = Math.max(
    ...[
      agentRoutingKey('event', helloPartition, ''),
      agentRoutingKey('result', partitionCount - 1, ''),
      agentQueue(''),
    ].map(({ length }) => length),
  );
  return 255 - routingKey;
})();

export const isUsablePrincipalName = (name: string): boolean =>
  name.length <= maxNameLength && principalId.safeParse(name).success;

/**
 * The principal of an agent that has one of its own: the agent's name, or, if that is too long for the broker or
 * reserved, a shortened one that cannot equal another agent's.
 */
export function principalNameFor(agentId: string): string {
  if (isUsablePrincipalName(agentId)) return agentId;
  return `agent-${agentId.slice(0, 200)}-${sha256Hex(agentId).slice(0, 12)}`;
}

/** Spreads principals over the report partitions; stored at enrolment, so that it may be rebalanced later. */
export const partitionFor = (name: string, partitions: number): number =>
  Number.parseInt(sha256Hex(name).slice(0, 8), 16) % partitions;

export interface NewPrincipal {
  readonly principalId: string;
  readonly partitions: number;
  readonly servesOneAgent: boolean;
  readonly enrolledBy: string;
  readonly now: Date;
}

export const newPrincipal = (fresh: NewPrincipal): Principal => ({
  principalId: fresh.principalId,
  partition: partitionFor(fresh.principalId, fresh.partitions),
  status: 'active',
  cause: null,
  credentialEpoch: 1,
  session: 0,
  lastHelloId: null,
  agentCount: 0,
  servesOneAgent: fresh.servesOneAgent,
  provisioning: 'declare_pending',
  removalUntil: null,
  closeUntil: null,
  enrolledBy: fresh.enrolledBy,
  enrolledAt: fresh.now,
  version: 1,
});

export const openSession = (principal: Principal, helloId: string): Principal => ({
  ...principal,
  session: principal.session + 1,
  lastHelloId: helloId,
  version: principal.version + 1,
});

/** Refused from the commit on; queue and connections are removed afterwards. */
export const retirePrincipal = (principal: Principal, removalUntil: Date): Principal => ({
  ...principal,
  status: 'retired',
  cause: 'operator',
  credentialEpoch: principal.credentialEpoch + 1,
  provisioning: 'remove_pending',
  removalUntil,
  closeUntil: null,
  version: principal.version + 1,
});

/**
 * How long a principal waits before it queries its status again; null when waiting does not help. A person lifts a
 * freeze, which takes longer than the reports that end a suspension.
 */
export function retryAfterSeconds(
  { status }: Pick<Principal, 'status'>,
  reportIntervalS: number,
): number | null {
  switch (status) {
    case 'active':
    case 'retired':
      return null;
    case 'suspended':
      return Math.max(1, Math.ceil(reportIntervalS / 2));
    case 'frozen':
      return Math.max(1, Math.ceil(reportIntervalS * 5));
  }
}
