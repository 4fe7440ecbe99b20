import { agentQueue, exchanges, helloPartition } from '@ymera/contracts';
import type { Principal } from './principal';

/** RabbitMQ's authorisation request about an authenticated user. */
export type BrokerRequest =
  | { readonly kind: 'vhost'; readonly vhost: string }
  | {
      readonly kind: 'resource';
      readonly vhost: string;
      readonly resource: string;
      readonly name: string;
      readonly permission: string;
    }
  | {
      readonly kind: 'topic';
      readonly vhost: string;
      readonly name: string;
      readonly permission: string;
      readonly routingKey: string;
    };

export type BrokerFacts = Pick<Principal, 'principalId' | 'partition' | 'status' | 'cause'>;

/**
 * The access of a principal on the broker. A principal that is suspended for missed reports may still report; one that
 * is suspended for a violation, frozen or retired may not even connect.
 */
export type BrokerAccess = 'full' | 'reports_only' | 'none';

export function brokerAccess({ status, cause }: Pick<Principal, 'status' | 'cause'>): BrokerAccess {
  switch (status) {
    case 'active':
      return 'full';
    case 'suspended':
      return cause === 'silence' ? 'reports_only' : 'none';
    case 'frozen':
    case 'retired':
      return 'none';
  }
}

/**
 * The permission table of principals. Publish to `agents.in` under its own routing keys, read its own queue; everything
 * else, known or not, is refused.
 */
export function isAllowed(principal: BrokerFacts, request: BrokerRequest, agentsVhost: string): boolean {
  const access = brokerAccess(principal);
  if (access === 'none' || request.vhost !== agentsVhost) return false;
  switch (request.kind) {
    case 'vhost':
      return true;
    case 'resource':
      return isAllowedResource(principal.principalId, request);
    case 'topic':
      return (
        request.name === exchanges.agentsIn &&
        request.permission === 'write' &&
        isOwnRoutingKey(principal, access, request.routingKey)
      );
  }
}

function isAllowedResource(
  principalId: string,
  { resource, name, permission }: Extract<BrokerRequest, { kind: 'resource' }>,
): boolean {
  if (resource === 'exchange') return permission === 'write' && name === exchanges.agentsIn;
  if (resource === 'queue') return permission === 'read' && name === agentQueue(principalId);
  return false;
}

function isOwnRoutingKey(
  { principalId, partition }: BrokerFacts,
  access: Exclude<BrokerAccess, 'none'>,
  routingKey: string,
): boolean {
  if (routingKey === `event.${helloPartition}.${principalId}`) return true;
  const channels = access === 'full' ? ['report', 'result', 'event'] : ['report'];
  return channels.some((channel) => routingKey === `${channel}.${partition}.${principalId}`);
}
