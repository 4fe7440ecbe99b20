import type { ServiceName, VirtualHost } from '@ymera/contracts';
import type { Logger } from '@ymera/kernel';
import type { Options } from 'amqplib';
import { RabbitConnection } from './rabbit-connection';

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

export function addressOf(url: string, vhost: string): Options.Connect {
  const { protocol, hostname, port, username, password } = new URL(url);
  return {
    protocol: protocol.replace(/:$/, ''),
    hostname,
    ...(port === '' ? {} : { port: Number(port) }),
    username: decodeURIComponent(username) || 'guest',
    password: decodeURIComponent(password) || 'guest',
    vhost: encodeURIComponent(vhost),
  };
}

/** A service's connections, opened when first used. */
export class RabbitConnections {
  readonly #connections = new Map<string, RabbitConnection>();

  constructor(private readonly options: RabbitConnectionsOptions) {}

  of(vhost: VirtualHost, role: ConnectionRole): RabbitConnection {
    const key = `${vhost} ${role}`;
    const known = this.#connections.get(key);
    if (known) return known;
    const { url, service, logger } = this.options;
    const path =
      vhost === 'services' ? (this.options.vhost ?? '/ymera') : (this.options.agentsVhost ?? '/agents');
    const connection = new RabbitConnection({
      name: `${service} ${role} ${path}`,
      address: addressOf(url, path),
      logger,
    });
    this.#connections.set(key, connection);
    return connection;
  }

  /** What is wrong with those in use. */
  problems(): readonly string[] {
    return [...this.#connections.values()].flatMap(({ problem }) => (problem === undefined ? [] : [problem]));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#connections.values()].map((connection) => connection.close()));
  }
}
