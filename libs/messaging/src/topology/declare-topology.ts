import { amqpAddress, openConnection } from '@ymera/amqp';
import type { Topology, VirtualHost } from '@ymera/contracts';
import type { Channel } from 'amqplib';

async function declareOn(channel: Channel, vhost: VirtualHost, topology: Topology): Promise<void> {
  const here = <T extends { readonly vhost: VirtualHost }>(all: readonly T[]): readonly T[] =>
    all.filter((each) => each.vhost === vhost);
  for (const { name, type } of here(topology.exchanges))
    await channel.assertExchange(name, type, { durable: true });
  await Promise.all(
    here(topology.queues).map((queue) =>
      channel.assertQueue(queue.name, { durable: true, arguments: queue.arguments }),
    ),
  );
  await Promise.all(
    here(topology.bindings).map(({ queue, exchange, routingKey }) =>
      channel.bindQueue(queue, exchange, routingKey),
    ),
  );
}

/**
 * Declares everything durable, as a user that may configure: services' own users may not. Repeating it changes nothing;
 * the broker refuses a difference from what exists (406).
 */
export async function declareTopology(
  url: string,
  topology: Topology,
  vhosts: { readonly services: string; readonly agents: string },
): Promise<void> {
  for (const vhost of ['services', 'agents'] as const) {
    const connection = await openConnection(amqpAddress({ url, vhost: vhosts[vhost] }));
    connection.on('error', () => undefined);
    try {
      const channel = await connection.createChannel();
      channel.on('error', () => undefined);
      await declareOn(channel, vhost, topology);
    } finally {
      await connection.close().catch(() => undefined);
    }
  }
}
