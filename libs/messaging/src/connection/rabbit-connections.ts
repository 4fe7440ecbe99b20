import { amqpAddress, ReconnectingConnection } from '@ymera/amqp';
import type { ServiceName, VirtualHost } from '@ymera/contracts';
import type { Logger } from '@ymera/kernel';
import { metrics } from '../metrics';

export interface RabbitConnectionsOptions {
  /** `amqp://user:password@host:port`, without a virtual host. */
  readonly url: string;
  /** Default `/ymera`. */
  readonly vhost?: string;
  /** Default `/agents`; connected to only when something there is used. */
  readonly agentsVhost?: string;
  readonly service: ServiceName;
  readonly logger: Logger;
}

/** Publishing and consuming never share a connection: the broker stops reading from one that publishes too fast. */
export type ConnectionRole = 'publish' | 'consume';

/** A service's connections, opened when first used. */
export class RabbitConnections {
  readonly #connections = new Map<string, ReconnectingConnection>();

  constructor(private readonly options: RabbitConnectionsOptions) {}

  of(vhost: VirtualHost, role: ConnectionRole): ReconnectingConnection {
    const key = `${vhost} ${role}`;
    const known = this.#connections.get(key);
    if (known) return known;
    const { url, service, logger } = this.options;
    const path =
      vhost === 'services' ? (this.options.vhost ?? '/ymera') : (this.options.agentsVhost ?? '/agents');
    const name = `${service} ${role} ${path}`;
    const connection = new ReconnectingConnection({
      name,
      address: amqpAddress({ url, vhost: path }),
      logger,
      lost: () => metrics.reconnects.inc({ connection: name }),
    });
    this.#connections.set(key, connection);
    return connection;
  }

  /** The problems of those in use. */
  problems(): readonly string[] {
    return [...this.#connections.values()].flatMap(({ problem }) => (problem === undefined ? [] : [problem]));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#connections.values()].map((connection) => connection.close()));
  }
}
