import type { DynamicModule } from '@nestjs/common';
import { systemClock } from '@ymera/kernel';
import { RabbitTransport, type Messaging } from '@ymera/messaging';
import { policy } from '@ymera/resilience';
import { openServiceInfrastructure, PeriodicJob, type ServiceRuntime } from '@ymera/service';
import { PrincipalConnections } from './adapters/broker/principal-connections';
import { PrincipalQueues } from './adapters/broker/principal-queues';
import { BrokerCallbackController, callbackToken } from './adapters/http/broker-callback.controller';
import {
  AgentQueriesController,
  registryUseCases,
  type RegistryUseCases,
} from './adapters/messaging/agent-queries.controller';
import { EnforcementController } from './adapters/messaging/enforcement.controller';
import { HelloController } from './adapters/messaging/hello.controller';
import { removeExpired } from './adapters/persistence/housekeeping';
import { migrations } from './adapters/persistence/migrations';
import { PostgresRegistryReader } from './adapters/persistence/postgres-registry-reader';
import { registryStores } from './adapters/persistence/postgres-registry-stores';
import { registryMetrics } from './adapters/registry-prometheus';
import { HmacSecretVault } from './adapters/security/hmac-secret-vault';
import { AuthenticatePrincipal } from './application/authenticate-principal';
import { AuthoriseOnBroker } from './application/authorise-on-broker';
import { AuthenticationProbes } from './application/authentication-probes';
import { ApplySanctionChange } from './application/apply-sanction-change';
import { CreateEnrolment } from './application/create-enrolment';
import { EnrolPrincipal } from './application/enrol-principal';
import { EnrolmentTokens } from './application/enrolment-tokens';
import { HandleSanctionDecision } from './application/handle-sanction-decision';
import { IdempotentAnswers } from './application/idempotent-answers';
import { LiftFreeze } from './application/lift-freeze';
import { OpenSession } from './application/open-session';
import { PrincipalDirectory } from './application/principal-directory';
import { ProvisionPrincipals } from './application/provision-principals';
import { ReadAgents } from './application/read-agents';
import { RegisterAgent } from './application/register-agent';
import { RetireAgent } from './application/retire-agent';
import type { PrincipalBroker } from './application/ports';
import type { RegistryConfig } from './config';

const service = 'registry';
const dayMs = 86_400_000;
const provisioningIntervalMs = 1_000;
const expiryIntervalMs = 3_600_000;

class RegistryModule {}

/** The composition root: the only place that binds a port to an adapter. */
export async function registryModule(
  config: RegistryConfig,
  runtime: ServiceRuntime,
): Promise<DynamicModule> {
  const { logger, shutdown } = runtime;
  const infrastructure = await openServiceInfrastructure(config, runtime, { service, migrations });
  const { database } = infrastructure;

  const unitOfWork = infrastructure.unitOfWork(registryStores);
  const reader = new PostgresRegistryReader(database.sql);
  const vault = new HmacSecretVault(config.YMERA_CREDENTIAL_PEPPER);
  const metrics = registryMetrics();
  const directory = new PrincipalDirectory(reader);
  const agentsVhost = config.YMERA_RABBITMQ_AGENTS_VHOST;
  const transport = infrastructure.transport();
  const broker = principalBroker(config, infrastructure.messaging);
  const provisioning = new ProvisionPrincipals(unitOfWork, reader, broker, metrics, systemClock, logger);
  const enrolments = new EnrolmentTokens(vault, systemClock, {
    partitions: config.YMERA_PARTITIONS,
    credentialValidMs: config.YMERA_CREDENTIAL_VALID_DAYS * dayMs,
    broker: { url: config.YMERA_AGENT_BROKER_URL, vhost: agentsVhost },
  });
  const intervalS = config.YMERA_REPORT_INTERVAL_SECONDS;
  const brokerCacheMs = config.YMERA_BROKER_PERMISSION_CACHE_SECONDS * 1000;
  const authenticate = new AuthenticatePrincipal(
    directory,
    unitOfWork,
    vault,
    metrics,
    systemClock,
    intervalS,
  );
  const standing = new ApplySanctionChange(provisioning, directory, metrics, systemClock, brokerCacheMs);
  const useCases: RegistryUseCases = {
    createEnrolment: new CreateEnrolment(unitOfWork, vault, systemClock),
    enrolPrincipal: new EnrolPrincipal(unitOfWork, enrolments, provisioning, directory),
    registerAgent: new RegisterAgent(
      unitOfWork,
      enrolments,
      new IdempotentAnswers(vault, systemClock),
      provisioning,
      directory,
      systemClock,
    ),
    retireAgent: new RetireAgent(unitOfWork, provisioning, directory, standing, systemClock, brokerCacheMs),
    liftFreeze: new LiftFreeze(unitOfWork, standing, systemClock),
    authenticate,
    read: new ReadAgents(reader, intervalS),
    probes: new AuthenticationProbes(reader, systemClock),
  };

  const periodicJobs = [
    new PeriodicJob('provisioning', provisioningIntervalMs, () => provisioning.runPass(), logger),
    new PeriodicJob('expiry', expiryIntervalMs, () => removeExpired(database.sql, systemClock.now()), logger),
  ];
  for (const periodicJob of periodicJobs) {
    periodicJob.start();
    shutdown.defer('sweep', () => periodicJob.stop());
  }

  return {
    module: RegistryModule,
    controllers: [BrokerCallbackController, AgentQueriesController, EnforcementController, HelloController],
    providers: [
      { provide: registryUseCases, useValue: useCases },
      { provide: callbackToken, useValue: config.YMERA_BROKER_CALLBACK_TOKEN.reveal() },
      {
        provide: AuthoriseOnBroker,
        useFactory: () => new AuthoriseOnBroker(authenticate, useCases.probes, directory, agentsVhost),
      },
      { provide: HandleSanctionDecision, useValue: new HandleSanctionDecision(unitOfWork, standing) },
      {
        provide: OpenSession,
        useFactory: () => new OpenSession(unitOfWork, metrics, systemClock, intervalS),
      },
      { provide: RabbitTransport, useValue: transport },
    ],
  };
}

/** Both ways to the broker are bounded: an enrolment answers also while the broker is away, and the sweep goes on. */
function principalBroker(
  config: RegistryConfig,
  messaging: Pick<Messaging, 'openAgentsChannel'>,
): PrincipalBroker {
  const bounds = { timeoutMs: 2_000, breaker: { failures: 5, resetMs: 1_000 } };
  const queues = new PrincipalQueues(
    () => messaging.openAgentsChannel(),
    policy({ name: 'rabbitmq_queues', ...bounds }),
  );
  const connections = new PrincipalConnections(
    config.YMERA_RABBITMQ_MANAGEMENT_URL.reveal(),
    policy({ name: 'rabbitmq_management', ...bounds }),
  );
  return {
    declareQueue: (principalId) => queues.declare(principalId),
    deleteQueue: (principalId) => queues.delete(principalId),
    closeConnections: (principalId) => connections.close(principalId),
  };
}
