import type { DynamicModule } from '@nestjs/common';
import type { ServiceRuntime } from '@ymera/http';
import { createMessaging, RabbitTransport } from '@ymera/messaging';
import {
  createDatabase,
  OutboxRelay,
  PostgresDelayedDelivery,
  PostgresUnitOfWork,
  type SqlExecutor,
} from '@ymera/persistence';
import { AuditController } from './adapters/messaging/audit.controller';
import { migrations } from './adapters/persistence/migrations';
import { PostgresEntryStore } from './adapters/persistence/postgres-entry-store';
import type { AuditStores } from './application/ports';
import { ReadEntries } from './application/read-entries';
import { RecordFacts } from './application/record-facts';
import type { AuditConfig } from './config';

class AuditModule {}

/** The composition root: the only place that binds a port to an adapter. */
export async function auditModule(
  config: AuditConfig,
  { logger, health, shutdown }: ServiceRuntime,
): Promise<DynamicModule> {
  const database = await createDatabase({
    url: config.YMERA_POSTGRES_URL.reveal(),
    schema: 'audit',
    migrations,
    poolSize: config.YMERA_DB_POOL_SIZE,
    logger,
  });
  shutdown.defer('database', () => database.close());
  if (config.YMERA_MIGRATE_ON_START) await database.migrateUp();

  const messaging = createMessaging({
    url: config.YMERA_RABBITMQ_URL.reveal(),
    service: 'audit',
    logger,
    vhost: config.YMERA_RABBITMQ_VHOST,
    agentsVhost: config.YMERA_RABBITMQ_AGENTS_VHOST,
  });
  shutdown.defer('messaging', () => messaging.close());
  const relay = new OutboxRelay({ database, publisher: messaging.outbox, service: 'audit', logger });
  await relay.start();
  shutdown.defer('outbox relay', () => relay.stop());

  const unitOfWork = new PostgresUnitOfWork(
    database,
    { service: 'audit', relay },
    (sql: SqlExecutor): AuditStores => ({
      entries: new PostgresEntryStore(sql),
    }),
  );
  health.add('database', async () => {
    if (!(await database.isHealthy())) throw new Error('the database does not answer');
  });
  health.add('broker', () => messaging.check());

  return {
    module: AuditModule,
    controllers: [AuditController],
    providers: [
      {
        provide: RabbitTransport,
        useValue: messaging.transport({ delayed: new PostgresDelayedDelivery(database) }),
      },
      { provide: RecordFacts, useValue: new RecordFacts(unitOfWork) },
      { provide: ReadEntries, useValue: new ReadEntries(unitOfWork) },
    ],
  };
}
