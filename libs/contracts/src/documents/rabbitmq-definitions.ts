import { serviceUser } from '../topology/names';
import { permissions, topicPermissions } from '../topology/permissions';
import { topology, type Topology, type VirtualHost } from '../topology/topology';

/** The names of the two virtual hosts in an installation. */
export const virtualHostNames: Readonly<Record<VirtualHost, string>> = {
  services: '/ymera',
  agents: '/agents',
};

/**
 * The input of `rabbitmqctl import_definitions` and `POST /api/definitions`: everything durable and its permissions.
 * Users are omitted: the importer adds `svc-<service>` with passwords of the installation.
 */
export interface RabbitmqDefinitions {
  readonly vhosts: readonly { readonly name: string }[];
  readonly exchanges: readonly object[];
  readonly queues: readonly object[];
  readonly bindings: readonly object[];
  readonly permissions: readonly { readonly user: string }[];
  readonly topic_permissions: readonly { readonly user: string }[];
}

export function rabbitmqDefinitions(
  declared: Topology = topology(),
  vhosts: Readonly<Record<VirtualHost, string>> = virtualHostNames,
): RabbitmqDefinitions {
  return {
    vhosts: Object.values(vhosts).map((name) => ({ name })),
    exchanges: declared.exchanges.map(({ vhost, name, type }) => ({
      vhost: vhosts[vhost],
      name,
      type,
      durable: true,
      auto_delete: false,
      internal: false,
      arguments: {},
    })),
    queues: declared.queues.map((queue) => ({
      vhost: vhosts[queue.vhost],
      name: queue.name,
      durable: true,
      auto_delete: false,
      arguments: queue.arguments,
    })),
    bindings: declared.bindings.map((binding) => ({
      vhost: vhosts[binding.vhost],
      source: binding.exchange,
      destination: binding.queue,
      destination_type: 'queue',
      routing_key: binding.routingKey,
      arguments: {},
    })),
    permissions: permissions.map(({ service, vhost, configure, write, read }) => ({
      user: serviceUser(service),
      vhost: vhosts[vhost],
      configure,
      write,
      read,
    })),
    topic_permissions: topicPermissions.map(({ service, vhost, exchange, write, read }) => ({
      user: serviceUser(service),
      vhost: vhosts[vhost],
      exchange,
      write,
      read,
    })),
  };
}
