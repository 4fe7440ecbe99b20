import { loadConfig } from '@ymera/config';
import {
  agentRegistered,
  agentStandingChanged,
  eventMessage,
  exchanges,
  issueRaised,
  report,
  sessionOpened,
  type CloudEvent,
  type EventContract,
  type PayloadOf,
  type QueryContract,
} from '@ymera/contracts';
import { silentLogger, uuidv7 } from '@ymera/kernel';
import { createMessaging, RabbitTransport, type Messaging } from '@ymera/messaging';
import { type RunningService, startService } from '@ymera/service';
import { SeverableRoute, testDatabase, testVhosts, type TestDatabase, type TestVhosts } from '@ymera/testing';
import { connect, type ChannelModel, type ConfirmChannel, type Options } from 'amqplib';
import type { z } from 'zod';
import { migrations } from '../adapters/persistence/migrations';
import { reportingModule } from '../app.module';
import { configSchema } from '../config';
import { FakeRegistry } from './fake-registry';

const partitions = 4;

/** Environment of the service, beyond that of every test. */
type Settings = Readonly<Record<string, string>>;

interface Routes {
  readonly broker: SeverableRoute;
  readonly database: SeverableRoute;
}

/** The whole service on real servers, with every other service faked by the test. */
export class RunningReporting {
  /** The service's published events, by CloudEvents type. */
  readonly events: CloudEvent[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly vhosts: TestVhosts,
    private service: RunningService,
    private readonly messaging: Readonly<Record<'registry' | 'gateway', Messaging>>,
    private readonly agentsConnection: ChannelModel,
    private readonly agents: ConfirmChannel,
    private readonly listener: ChannelModel,
    /** The dependencies of the service, which the test can make unavailable. */
    readonly routes: Routes,
    readonly registry: FakeRegistry,
    private readonly settings: Settings,
  ) {}

  static async start(settings: Settings = {}): Promise<RunningReporting> {
    const [database, vhosts] = await Promise.all([
      testDatabase({ service: 'reporting', migrations }),
      testVhosts({ partitions }),
    ]);
    const as = (service: 'registry' | 'gateway'): Messaging =>
      createMessaging({
        url: vhosts.urlOf(service),
        vhost: vhosts.servicesVhost,
        agentsVhost: vhosts.agentsVhost,
        service,
        logger: silentLogger,
      });
    const messaging = { registry: as('registry'), gateway: as('gateway') };
    const [agentsConnection, listener] = await Promise.all(
      [
        { url: vhosts.principalsUrl, vhost: vhosts.agentsVhost },
        { url: vhosts.url, vhost: vhosts.servicesVhost },
      ].map(({ url, vhost }) => connect(`${url}/${encodeURIComponent(vhost)}`)),
    );
    if (!agentsConnection || !listener) throw new Error('not connected');
    const registry = await FakeRegistry.on(listener);
    const routes = {
      broker: await SeverableRoute.to(vhosts.urlOf('reporting')),
      database: await SeverableRoute.to(database.url),
    };
    const running = new RunningReporting(
      database,
      vhosts,
      await serviceOn(routes, vhosts, settings),
      messaging,
      agentsConnection,
      await agentsConnection.createConfirmChannel(),
      listener,
      routes,
      registry,
      settings,
    );
    await running.listen();
    return running;
  }

  /** Ends the service and starts another one on the same tables and queues. */
  async restart(): Promise<void> {
    await this.service.stop();
    this.service = await serviceOn(this.routes, this.vhosts, this.settings);
  }

  /** Another instance beside the first, which the caller stops. */
  another(): Promise<RunningService> {
    return serviceOn(this.routes, this.vhosts, this.settings);
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await Promise.all([
      this.agentsConnection.close(),
      this.listener.close(),
      ...Object.values(this.messaging).map((messaging) => messaging.close()),
    ]);
    await Promise.all([this.routes.broker.close(), this.routes.database.close()]);
    await this.vhosts.close();
    await this.database.drop();
  }

  /** As the registry would publish it. */
  async fact<P extends z.ZodType>(contract: EventContract<P>, payload: z.input<P>): Promise<void> {
    const fact = { aggregateId: 'any', aggregateVersion: 1, payload };
    const stamp = { id: uuidv7(), time: new Date() };
    await this.messaging.registry.publisher.publish(eventMessage(contract, fact, stamp));
  }

  ask<P extends z.ZodType, R extends z.ZodType>(query: QueryContract<P, R>, payload: z.input<P>) {
    return this.messaging.gateway.queries.ask(query, payload);
  }

  async agent(agentId: string, principalId: string): Promise<void> {
    await this.fact(agentRegistered, {
      agent_id: agentId,
      agent_type: 'TESTING',
      capabilities: ['x'],
      principal_id: principalId,
      partition: partitionOf(principalId),
      credential_epoch: 1,
      registered_at: new Date().toISOString(),
    });
  }

  /** As the registry publishes it after an administrator's decision. */
  async lift(agentId: string, principalId: string): Promise<void> {
    await this.fact(agentStandingChanged, {
      agent_id: agentId,
      principal_id: principalId,
      status: 'active',
      cause: 'lifted',
      credential_epoch: 3,
      reason: 'Its host has more memory now.',
      changed_by: 'root',
      changed_at: new Date().toISOString(),
    });
  }

  async session(
    principalId: string,
    session: number,
    intervalS = 60,
    agentIds: string[] = [],
  ): Promise<void> {
    await this.fact(sessionOpened, {
      principal_id: principalId,
      session,
      agent_ids: agentIds,
      interval_s: intervalS,
      opened_at: new Date().toISOString(),
    });
  }

  report(principalId: string, payload: PayloadOf<typeof report>): Promise<void> {
    const key = `report.${partitionOf(principalId)}.${principalId}`;
    return this.publish(key, JSON.stringify(payload), {
      type: report.name,
      ...asPrincipal(principalId),
    });
  }

  issue(principalId: string, payload: PayloadOf<typeof issueRaised>): Promise<void> {
    const key = `event.${partitionOf(principalId)}.${principalId}`;
    return this.publish(key, JSON.stringify(payload), {
      type: issueRaised.name,
      ...asPrincipal(principalId),
    });
  }

  publish(routingKey: string, body: string, options: Options.Publish): Promise<void> {
    return new Promise((resolve, reject) => {
      this.agents.publish(exchanges.agentsIn, routingKey, Buffer.from(body), options, (error: unknown) =>
        error ? reject(new Error('not confirmed', { cause: error })) : resolve(),
      );
    });
  }

  /** When the newest event of this type was stored, in milliseconds since 1970; it may have been published much later. */
  newestTimeOf(contract: EventContract): number {
    return Date.parse(this.events.findLast(({ type }) => type === contract.key)?.time ?? '');
  }

  payloads<C extends EventContract>(contract: C): PayloadOf<C>[] {
    return this.events.filter(({ type }) => type === contract.key).map(({ data }) => data as PayloadOf<C>);
  }

  private async listen(): Promise<void> {
    const channel = await this.listener.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(queue, exchanges.events, 'reporting.#');
    await channel.consume(
      queue,
      (message) => message && this.events.push(JSON.parse(message.content.toString()) as CloudEvent),
      { noAck: true },
    );
  }
}

const asPrincipal = (principalId: string): Options.Publish => ({ userId: principalId, persistent: true });

export const partitionOf = (principalId: string): number =>
  principalId.charCodeAt(principalId.length - 1) % partitions;

function serviceOn(routes: Routes, vhosts: TestVhosts, settings: Settings): Promise<RunningService> {
  const config = loadConfig(configSchema, {
    YMERA_POSTGRES_URL: routes.database.url,
    YMERA_DB_POOL_SIZE: '5',
    YMERA_RABBITMQ_URL: routes.broker.url,
    YMERA_RABBITMQ_VHOST: vhosts.servicesVhost,
    YMERA_RABBITMQ_AGENTS_VHOST: vhosts.agentsVhost,
    YMERA_HTTP_PORT: '0',
    YMERA_LOG_LEVEL: 'error',
    YMERA_PARTITIONS: String(partitions),
    YMERA_PARTITION_LEASE_SECONDS: '2',
    ...settings,
  });
  return startService({ name: 'reporting', module: reportingModule, transports: [RabbitTransport] }, config);
}
