import { Controller, Inject, type Type } from '@nestjs/common';
import { loadConfig } from '@ymera/config';
import {
  authenticatePrincipal,
  changeLanded,
  changeMaterialised,
  changeRefused,
  commandMessage,
  landChange,
  landingRefused,
  materialiseChange,
  materialiseChangeV1,
  principalStatus,
  withdrawLanding,
  type PayloadOf,
  type QueryContract,
  type ReplyOf,
  type ServiceName,
} from '@ymera/contracts';
import { err, failure, ok, silentLogger, uuidv7, type Result } from '@ymera/kernel';
import {
  createMessaging,
  OnEvent,
  OnQuery,
  RabbitTransport,
  type Messaging,
  type Received,
} from '@ymera/messaging';
import { type RunningService, startService } from '@ymera/service';
import {
  asAdmin,
  eventually,
  testDatabase,
  testVhosts,
  type TestDatabase,
  type TestVhosts,
} from '@ymera/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { acceptRawBodies } from '../adapters/http/raw-bodies';
import { migrations } from '../adapters/persistence/migrations';
import { integrationModule } from '../app.module';
import { configSchema, type IntegrationConfig } from '../config';
import type { LandOrder, CreateCommitOrder, Withdrawal } from './integration-environment';

/** An active principal and a frozen one; the credential is valid for both. */
export const principals = { active: 'runner-1', frozen: 'runner-2' } as const;
export const credential = 'ymk_1_right';

/** A fake registry on the real broker. */
@Controller()
class Registry {
  @OnQuery(authenticatePrincipal)
  authenticate(shown: PayloadOf<typeof authenticatePrincipal>): Promise<Result<{ principal_id: string }>> {
    const known = shown.principal_id ?? principals.active;
    const isRight = shown.credential === credential && Object.values<string>(principals).includes(known);
    const refused = err(failure('unauthenticated', 'credential_invalid', 'Not known.'));
    return Promise.resolve(isRight ? ok({ principal_id: known }) : refused);
  }

  @OnQuery(principalStatus)
  status({ principal_id }: { principal_id: string }): Promise<Result<ReplyOf<typeof principalStatus>>> {
    const status = principal_id === principals.frozen ? 'frozen' : 'active';
    return Promise.resolve(ok({ principal_id, status, agent_ids: [], retry_after_s: null }));
  }
}

export interface Published {
  readonly type: string;
  readonly aggregateVersion: number | undefined;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly traceparent: string | undefined;
}

/** Injection token of the events that the fake orchestrator received. */
const messages = Symbol('heard');

/** A fake orchestrator: receives the outcomes of its orders. */
@Controller()
class Orchestrator {
  constructor(@Inject(messages) private readonly told: Published[]) {}

  private note({
    type,
    aggregateVersion,
    payload,
    traceparent,
  }: Received<Record<string, unknown>>): Promise<void> {
    this.told.push({ type, aggregateVersion, payload, traceparent });
    return Promise.resolve();
  }

  @OnEvent(changeMaterialised)
  committed(message: Received<PayloadOf<typeof changeMaterialised>>): Promise<void> {
    return this.note(message);
  }

  @OnEvent(changeRefused)
  refused(message: Received<PayloadOf<typeof changeRefused>>): Promise<void> {
    return this.note(message);
  }

  @OnEvent(changeLanded)
  landed(message: Received<PayloadOf<typeof changeLanded>>): Promise<void> {
    return this.note(message);
  }

  @OnEvent(landingRefused)
  landingRefused(message: Received<PayloadOf<typeof landingRefused>>): Promise<void> {
    return this.note(message);
  }
}

class StandInModule {}

/** The whole service on real PostgreSQL, RabbitMQ and git, between fake neighbours. */
export class RunningIntegration {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'ymera-running-'));
  private readonly messages: Published[] = [];
  private readonly standIns: RunningService[] = [];

  private constructor(
    private readonly server: TestDatabase,
    private readonly broker: TestVhosts,
    private readonly others: Readonly<Record<'gateway' | 'coordinator' | 'orchestrator', Messaging>>,
    private readonly path: string | undefined,
  ) {}

  service!: RunningService;

  /** `path`: the service's search path for git. */
  static async start(path = process.env['PATH']): Promise<RunningIntegration> {
    const [server, broker] = await Promise.all([
      testDatabase({ service: 'integration', migrations }),
      testVhosts(),
    ]);
    const vhost = broker.servicesVhost;
    const as = (service: 'gateway' | 'coordinator' | 'orchestrator'): Messaging =>
      createMessaging({ url: broker.urlOf(service), vhost, service, logger: silentLogger });
    const others = {
      gateway: as('gateway'),
      coordinator: as('coordinator'),
      orchestrator: as('orchestrator'),
    };
    const running = new RunningIntegration(server, broker, others, path);
    await running.startAgain();
    running.standIns.push(
      await running.standIn('registry', Registry),
      await running.standIn('orchestrator', Orchestrator),
    );
    return running;
  }

  async stop(): Promise<void> {
    for (const service of [this.service, ...this.standIns]) await service.stop();
    await Promise.all(Object.values(this.others).map((messaging) => messaging.close()));
    await Promise.all([this.broker.close(), this.server.drop()]);
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** Simulates a restart; stop `service` before. */
  async startAgain(): Promise<void> {
    this.service = await startService(
      {
        name: 'integration',
        module: integrationModule,
        transports: [RabbitTransport],
        http: { configureServer: acceptRawBodies },
      },
      this.config(),
    );
  }

  /** Simulates a restart of the database: ends every session of the service, with its locks. */
  async cutSessions(): Promise<void> {
    await asAdmin(
      (query) =>
        query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()`,
          [this.server.database],
        ),
      { adminUrl: this.server.adminUrl },
    );
  }

  get url(): string {
    return this.service.url;
  }

  ask<P extends z.ZodType, R extends z.ZodType>(contract: QueryContract<P, R>, payload: z.input<P>) {
    const { gateway, coordinator } = this.others;
    return (contract.senders.includes('gateway') ? gateway : coordinator).queries.ask(contract, payload);
  }

  createCommit(order: CreateCommitOrder, id = uuidv7()): Promise<void> {
    return this.others.orchestrator.publisher.publish(
      commandMessage(materialiseChange, order, { id, time: new Date() }),
    );
  }

  /** In the version of the order from before patches could be artefacts. */
  createSameCommit(order: PayloadOf<typeof materialiseChangeV1>): Promise<void> {
    return this.others.orchestrator.publisher.publish(
      commandMessage(materialiseChangeV1, order, { id: uuidv7(), time: new Date() }),
    );
  }

  land(order: LandOrder, id = uuidv7(), headers: Readonly<Record<string, string>> = {}): Promise<void> {
    return this.others.orchestrator.publisher.publish(
      commandMessage(landChange, order, { id, time: new Date(), headers }),
    );
  }

  withdraw(withdrawal: Withdrawal): Promise<void> {
    return this.others.orchestrator.publisher.publish(
      commandMessage(withdrawLanding, withdrawal, { id: uuidv7(), time: new Date() }),
    );
  }

  /** The events about a request so far, once there are `count`. */
  told(requestId: string, count = 1): Promise<readonly Published[]> {
    return eventually(
      () => {
        const told = this.messages.filter(({ payload }) => payload['request_id'] === requestId);
        if (told.length < count) throw new Error(`${told.length} of ${count} events were published`);
        return told;
      },
      { timeoutMs: 15_000 },
    );
  }

  private config(): IntegrationConfig {
    return loadConfig(configSchema, {
      YMERA_POSTGRES_URL: this.server.url,
      YMERA_RABBITMQ_URL: this.broker.urlOf('integration'),
      YMERA_RABBITMQ_VHOST: this.broker.servicesVhost,
      YMERA_RABBITMQ_AGENTS_VHOST: this.broker.agentsVhost,
      YMERA_HTTP_PORT: '0',
      YMERA_LOG_LEVEL: 'error',
      YMERA_DB_POOL_SIZE: '4',
      YMERA_DATA_DIR: this.dataDir,
      YMERA_PUBLIC_URL: 'http://integration.test/',
      PATH: this.path,
    });
  }

  private standIn(name: ServiceName, controller: Type): Promise<RunningService> {
    return startService(
      {
        name,
        transports: [RabbitTransport],
        module: (_config, { shutdown, logger }) => {
          const vhost = this.broker.servicesVhost;
          const own = createMessaging({ url: this.broker.urlOf(name), vhost, service: name, logger });
          shutdown.defer('messaging', () => own.close());
          return {
            module: StandInModule,
            controllers: [controller],
            providers: [
              {
                provide: RabbitTransport,
                useFactory: () => own.transport({ delayed: { schedule: () => Promise.resolve() } }),
              },
              { provide: messages, useValue: this.messages },
            ],
          };
        },
      },
      this.config(),
    );
  }
}
