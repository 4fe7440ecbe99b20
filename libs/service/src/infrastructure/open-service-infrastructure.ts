import type { BaseServiceConfig } from '@ymera/config';
import type { ServiceName } from '@ymera/contracts';
import {
  createMessaging,
  createOriginKey,
  type Messaging,
  type RabbitTransport,
  type TransportOptions,
} from '@ymera/messaging';
import {
  createDatabase,
  loadOriginKeys,
  OutboxRelay,
  PostgresDelayedDelivery,
  PostgresUnitOfWork,
  type Database,
  type MigrationClass,
  type SqlExecutor,
} from '@ymera/persistence';
import type { ServiceRuntime } from '../process/service-runtime';

export interface ServiceInfrastructureOptions {
  /** Also the name of its schema. */
  readonly service: ServiceName;
  readonly migrations: readonly MigrationClass[];
}

export interface ServiceInfrastructure {
  readonly database: Database;
  readonly messaging: Messaging;
  readonly relay: OutboxRelay;
  /** Transactions over these stores; messages committed to the outbox are published at once. */
  unitOfWork<Stores extends object>(stores: (sql: SqlExecutor) => Stores): PostgresUnitOfWork<Stores>;
  /** The service's consumers; a message that waits for a retry waits in its database. */
  transport(options?: Omit<TransportOptions, 'delayed'>): RabbitTransport;
}

/**
 * Opens database, broker connections and outbox relay of a service. They close in reverse after its consumers have drained:
 * the relay publishes what was committed last, then the connections to the broker close, then the database. Rejects when the
 * schema does not exist or cannot be migrated; the broker may be unreachable.
 */
export async function openServiceInfrastructure(
  config: BaseServiceConfig,
  { logger, health, shutdown }: Pick<ServiceRuntime, 'logger' | 'health' | 'shutdown'>,
  { service, migrations }: ServiceInfrastructureOptions,
): Promise<ServiceInfrastructure> {
  const database = await createDatabase({
    url: config.YMERA_POSTGRES_URL.reveal(),
    schema: service,
    poolSize: config.YMERA_DB_POOL_SIZE,
    migrations,
    logger,
  });
  shutdown.defer('database', () => database.close());
  if (config.YMERA_MIGRATE_ON_START) await database.migrateUp();

  const messaging = createMessaging({
    url: config.YMERA_RABBITMQ_URL.reveal(),
    vhost: config.YMERA_RABBITMQ_VHOST,
    agentsVhost: config.YMERA_RABBITMQ_AGENTS_VHOST,
    service,
    logger,
    originKeys: await loadOriginKeys(database.sql, createOriginKey),
  });
  shutdown.defer('messaging', () => messaging.close());
  const relay = new OutboxRelay({ database, publisher: messaging.outbox, service, logger });
  await relay.start();
  shutdown.defer('outbox relay', () => relay.stop());

  health.add('database', async () => {
    if (!(await database.isHealthy())) throw new Error('the database does not answer');
  });
  health.add('broker', () => messaging.check());

  return {
    database,
    messaging,
    relay,
    unitOfWork: (stores) => new PostgresUnitOfWork(database, { service, relay, logger }, stores),
    transport: (options) =>
      messaging.transport({ delayed: new PostgresDelayedDelivery(database), ...options }),
  };
}
