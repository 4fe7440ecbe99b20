import { loadConfig } from '@ymera/config';
import {
  enforcementChanged,
  eventMessage,
  type PayloadOf,
  type QueryContract,
  type ReplyOf,
} from '@ymera/contracts';
import { silentLogger, uuidv7 } from '@ymera/kernel';
import { createMessaging, RabbitTransport, type Messaging } from '@ymera/messaging';
import { type RunningService, startService } from '@ymera/service';
import { eventually, testDatabase, testVhosts, type TestDatabase, type TestVhosts } from '@ymera/testing';
import { connect, type ChannelModel } from 'amqplib';
import type { z } from 'zod';
import { migrations } from '../adapters/persistence/migrations';
import { registryModule } from '../app.module';
import { configSchema } from '../config';

export interface RunningRegistry {
  readonly url: string;
  readonly database: TestDatabase;
  readonly vhosts: TestVhosts;
  /** Queries as another service would, with the rights of any service. */
  ask<P extends z.ZodType, R extends z.ZodType>(
    contract: QueryContract<P, R>,
    payload: z.input<P>,
  ): Promise<ReplyOf<QueryContract<P, R>>>;
  refusal<P extends z.ZodType, R extends z.ZodType>(
    contract: QueryContract<P, R>,
    payload: z.input<P>,
  ): Promise<string>;
  /** A decision of reporting, as reporting publishes it. */
  decide(
    version: number,
    decision: Partial<PayloadOf<typeof enforcementChanged>> & { readonly agent_id: string },
  ): Promise<void>;
  /** As a principal, on the agents' virtual host unless told otherwise. */
  connectAs(user: string, password: string, vhost?: string): Promise<ChannelModel>;
  /** Of every principal. */
  closeConnections(): Promise<void>;
  stop(): Promise<void>;
}

/** The address at which the tests' broker asks about users that are not its own; the fixture listens there. */
function callbackAddress(): { readonly port: string; readonly token: string } {
  const given = process.env['YMERA_TEST_BROKER_CALLBACK_URL'];
  if (!given)
    throw new Error(
      'YMERA_TEST_BROKER_CALLBACK_URL is not set: run the tests with `npm test`, which starts a broker',
    );
  const url = new URL(given);
  return { port: url.port, token: url.pathname.split('/').at(-1) ?? '' };
}

/** The whole service on real servers. Other test files may hold the callback's port: it waits for its turn. */
export async function runRegistry(): Promise<RunningRegistry> {
  const callback = callbackAddress();
  const [database, vhosts] = await Promise.all([
    testDatabase({ service: 'registry', migrations }),
    testVhosts({ partitions: 4 }),
  ]);
  const config = loadConfig(configSchema, {
    YMERA_POSTGRES_URL: database.url,
    YMERA_DB_POOL_SIZE: '5',
    YMERA_RABBITMQ_URL: vhosts.urlOf('registry'),
    YMERA_RABBITMQ_VHOST: vhosts.servicesVhost,
    YMERA_RABBITMQ_AGENTS_VHOST: vhosts.agentsVhost,
    YMERA_RABBITMQ_MANAGEMENT_URL: process.env['YMERA_RABBITMQ_MANAGEMENT_URL'],
    YMERA_HTTP_PORT: callback.port,
    YMERA_LOG_LEVEL: 'error',
    YMERA_BROKER_CALLBACK_TOKEN: callback.token,
    YMERA_CREDENTIAL_PEPPER: 'a pepper of some length',
    YMERA_AGENT_BROKER_URL: 'amqp://127.0.0.1:5672',
    YMERA_PARTITIONS: '4',
    YMERA_REPORT_INTERVAL_SECONDS: '1',
  });
  const service: RunningService = await eventually(
    () =>
      startService(
        {
          name: 'registry',
          module: registryModule,
          transports: [RabbitTransport],
          http: { acceptForms: true },
        },
        config,
      ),
    { timeoutMs: 60_000, intervalMs: 500 },
  );
  const as = (service: 'gateway' | 'reporting'): Messaging =>
    createMessaging({
      url: vhosts.urlOf(service),
      vhost: vhosts.servicesVhost,
      agentsVhost: vhosts.agentsVhost,
      service,
      logger: silentLogger,
    });
  const gateway = as('gateway');
  const reporting = as('reporting');
  const askerOf = ({ senders }: QueryContract): Messaging =>
    senders.includes('gateway') ? gateway : reporting;
  const connections = new Set<ChannelModel>();
  const closeConnections = async () => {
    await Promise.all([...connections].map((connection) => connection.close().catch(() => undefined)));
  };

  return {
    url: service.url,
    database,
    vhosts,
    async ask(contract, payload) {
      const answer = await askerOf(contract).queries.ask(contract, payload);
      if (!answer.ok) throw new Error(`${contract.name} was refused: ${answer.error.code}`);
      return answer.value;
    },
    async refusal(contract, payload) {
      const answer = await askerOf(contract).queries.ask(contract, payload);
      return answer.ok ? 'ok' : answer.error.code;
    },
    async decide(aggregateVersion, decision) {
      const payload = { ...enforcementChanged.sample, ...decision };
      const fact = { aggregateId: payload.agent_id, aggregateVersion, payload };
      const stamp = { id: uuidv7(), time: new Date() };
      await reporting.publisher.publish(eventMessage(enforcementChanged, fact, stamp));
    },
    async connectAs(username, password, vhost = vhosts.agentsVhost) {
      const { hostname, port } = new URL(vhosts.url);
      const connection = await connect({ hostname, port: Number(port), username, password, vhost });
      connection.on('error', () => undefined);
      connection.on('close', () => connections.delete(connection));
      connections.add(connection);
      return connection;
    },
    closeConnections,
    async stop() {
      await closeConnections();
      await Promise.all([gateway.close(), reporting.close()]);
      await service.stop();
      await vhosts.close();
      await database.drop();
    },
  };
}
