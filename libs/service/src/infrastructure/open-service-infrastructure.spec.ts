import { baseServiceEnvironment, loadConfig } from '@ymera/config';
import { agentRetired } from '@ymera/contracts';
import { silentLogger, uuidv7 } from '@ymera/kernel';
import { messagingMigrations } from '@ymera/persistence';
import { eventually, leakGuard, testDatabase, testVhosts } from '@ymera/testing';
import { HealthChecks } from '../process/health-checks';
import type { ServiceRuntime } from '../process/service-runtime';
import { ShutdownSequence } from '../process/shutdown-sequence';
import { openServiceInfrastructure } from './open-service-infrastructure';

const logger: ServiceRuntime['logger'] = { ...silentLogger, setLevel: () => undefined };

describe('openServiceInfrastructure (real PostgreSQL and RabbitMQ)', () => {
  it('migrates, publishes what is committed, reports its health and closes with the service', async () => {
    const [server, broker] = await Promise.all([
      testDatabase({ service: 'registry', migrations: [] }),
      testVhosts(),
    ]);
    const config = loadConfig(baseServiceEnvironment, {
      YMERA_POSTGRES_URL: server.url,
      YMERA_RABBITMQ_URL: broker.url,
      YMERA_RABBITMQ_VHOST: broker.servicesVhost,
      YMERA_RABBITMQ_AGENTS_VHOST: broker.agentsVhost,
      YMERA_HTTP_PORT: '0',
      YMERA_DB_POOL_SIZE: '2',
      YMERA_MIGRATE_ON_START: 'true',
    });
    const health = new HealthChecks();
    const shutdown = new ShutdownSequence(logger);
    const infrastructure = await openServiceInfrastructure(
      config,
      { logger, health, shutdown },
      { service: 'registry', migrations: messagingMigrations },
    );
    health.started();

    const { sample } = agentRetired;
    const unitOfWork = infrastructure.unitOfWork((sql) => ({ sql }));
    await unitOfWork.run(async (tx) => {
      await tx.inbox.accept('registry.a_test', uuidv7());
      await tx.outbox.event(agentRetired, { aggregateId: 'agent-1', aggregateVersion: 1, payload: sample });
    });
    await eventually(async () =>
      expect(await infrastructure.database.sql.query('SELECT id FROM outbox')).toEqual([]),
    );
    await eventually(async () =>
      expect(await health.report()).toMatchObject({
        status: 'ok',
        components: { database: { status: 'ok' }, broker: { status: 'ok' } },
      }),
    );

    await shutdown.run();
    await expect(unitOfWork.run(() => Promise.resolve())).rejects.toThrow();
    await Promise.all([server.drop(), broker.close()]);
  });
});

leakGuard();
