import { loadConfig } from '@ymera/config';
import {
  agentRegistered,
  agentStandingChanged,
  changeLanded,
  changeMaterialised,
  commandMessage,
  commandQueue,
  eventMessage,
  eventQueue,
  getWorkflow,
  landingRefused,
  materialiseChange,
  remakeChange,
  sessionOpened,
  startWorkflow,
  withdrawLanding,
  type CommandContract,
  type landChange,
  type EventContract,
  type PayloadOf,
} from '@ymera/contracts';
import { silentLogger, uuidv7 } from '@ymera/kernel';
import { createMessaging, RabbitTransport, type Messaging } from '@ymera/messaging';
import { type RunningService, startService } from '@ymera/service';
import { testDatabase, testVhosts, type TestDatabase, type TestVhosts } from '@ymera/testing';
import { connect, type ChannelModel, type ConsumeMessage } from 'amqplib';
import type { z } from 'zod';
import { migrations } from '../adapters/persistence/migrations';
import { orchestratorModule } from '../app.module';
import { configSchema } from '../config';
import type { WorkflowDefinition } from '../domain/workflow/workflow';
import type { WorkflowView } from '../domain/workflow/workflow-view';
import { landedFrom, committedFrom, movedFrom, rebasedFrom, withdrawnFrom } from './integration-answers';
import type { ScriptedAgent } from './scripted-agent';

export interface Published {
  readonly type: string;
  readonly traceparent: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Real PostgreSQL and RabbitMQ; the test fakes every other service. */
export class OrchestratorEnvironment {
  readonly published: Published[] = [];
  /** Heads of the branches of these projects: they move by compare-and-swap. In other projects every change lands. */
  readonly heads = new Map<string, string>();
  private readonly services = new Set<RunningService>();
  private versions = 0;

  private constructor(
    readonly database: TestDatabase,
    readonly vhosts: TestVhosts,
    private readonly others: Readonly<Record<'coordinator' | 'integration' | 'registry', Messaging>>,
    private readonly observer: ChannelModel,
  ) {}

  static async open(): Promise<OrchestratorEnvironment> {
    const [database, vhosts] = await Promise.all([
      testDatabase({ service: 'orchestrator', migrations }),
      testVhosts({ partitions: 1 }),
    ]);
    const as = (service: 'coordinator' | 'integration' | 'registry'): Messaging =>
      createMessaging({
        url: vhosts.urlOf(service),
        vhost: vhosts.servicesVhost,
        agentsVhost: vhosts.agentsVhost,
        service,
        logger: silentLogger,
      });
    const observer = await connect(`${vhosts.url}/${encodeURIComponent(vhosts.servicesVhost)}`);
    const others = {
      coordinator: as('coordinator'),
      integration: as('integration'),
      registry: as('registry'),
    };
    const environment = new OrchestratorEnvironment(database, vhosts, others, observer);
    await environment.observe();
    return environment;
  }

  config(
    environment: Readonly<Record<string, string>> = {},
  ): ReturnType<typeof loadConfig<typeof configSchema>> {
    return loadConfig(configSchema, {
      YMERA_POSTGRES_URL: this.database.url,
      YMERA_DB_POOL_SIZE: '5',
      YMERA_RABBITMQ_URL: this.vhosts.urlOf('orchestrator'),
      YMERA_RABBITMQ_VHOST: this.vhosts.servicesVhost,
      YMERA_RABBITMQ_AGENTS_VHOST: this.vhosts.agentsVhost,
      YMERA_HTTP_PORT: '0',
      YMERA_LOG_LEVEL: 'error',
      ...environment,
    });
  }

  async run(environment: Readonly<Record<string, string>> = {}): Promise<RunningService> {
    const service = await startService(
      { name: 'orchestrator', module: orchestratorModule, transports: [RabbitTransport] },
      this.config(environment),
    );
    this.services.add(service);
    return service;
  }

  async stop(service: RunningService): Promise<void> {
    this.services.delete(service);
    await service.stop();
  }

  async start(definition: WorkflowDefinition, headers: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.order(startWorkflow, definition, headers);
  }

  async order<P extends z.ZodType>(
    contract: CommandContract<P>,
    payload: z.input<P>,
    headers: Readonly<Record<string, string>> = {},
    id = uuidv7(),
  ): Promise<void> {
    const stamp = { id, time: new Date(), headers };
    await this.others.coordinator.publisher.publish(commandMessage(contract, payload, stamp));
  }

  async publish<P extends z.ZodType>(
    by: 'integration' | 'registry',
    contract: EventContract<P>,
    aggregateId: string,
    payload: z.input<P>,
  ): Promise<void> {
    this.versions += 1;
    const fact = { aggregateId, aggregateVersion: this.versions, payload };
    const stamp = { id: uuidv7(), time: new Date() };
    await this.others[by].publisher.publish(eventMessage(contract, fact, stamp));
  }

  async enrol({ agentId, agentType, principalId }: ScriptedAgent): Promise<void> {
    await this.publish('registry', agentRegistered, agentId, {
      agent_id: agentId,
      agent_type: agentType,
      capabilities: ['any'],
      principal_id: principalId,
      partition: 0,
      credential_epoch: 1,
      registered_at: new Date().toISOString(),
    });
    await this.publish('registry', sessionOpened, principalId, {
      principal_id: principalId,
      session: 1,
      agent_ids: [agentId],
      interval_s: 60,
      opened_at: new Date().toISOString(),
    });
  }

  /** The registry's event when an agent is sanctioned or reinstated. */
  sanction(
    { agentId, principalId }: ScriptedAgent,
    standing: Pick<PayloadOf<typeof agentStandingChanged>, 'status' | 'cause' | 'credential_epoch'>,
  ): Promise<void> {
    return this.publish('registry', agentStandingChanged, agentId, {
      ...agentStandingChanged.sample,
      ...standing,
      agent_id: agentId,
      principal_id: principalId,
    });
  }

  async workflow(workflowId: string): Promise<WorkflowView> {
    const answer = await this.others.coordinator.queries.ask(getWorkflow, { workflow_id: workflowId });
    if (!answer.ok) throw new Error(answer.error.message);
    return answer.value;
  }

  facts(type: string, workflowId: string): Published[] {
    return this.published.filter(
      (one) => one.type.startsWith(type) && one.data['workflow_id'] === workflowId,
    );
  }

  async close(): Promise<void> {
    for (const service of this.services) await service.stop();
    await Promise.all(Object.values(this.others).map((messaging) => messaging.close()));
    await this.observer.close();
    await this.vhosts.close();
    await this.database.drop();
  }

  /** Reads what the gateway would receive, and answers orders as integration would. */
  private async observe(): Promise<void> {
    const channel = await this.observer.createChannel();
    await channel.consume(
      eventQueue('gateway'),
      (message) => message && this.published.push(publishedOf(message)),
      { noAck: true },
    );
    await channel.consume(commandQueue('integration'), (message) => message && void this.integrate(message), {
      noAck: true,
    });
  }

  private async integrate(message: ConsumeMessage): Promise<void> {
    const body: unknown = JSON.parse(message.content.toString());
    if (message.properties.type === materialiseChange.key) {
      const order = body as PayloadOf<typeof materialiseChange>;
      return this.publish('integration', changeMaterialised, order.task_id, committedFrom(order, uuidv7()));
    }
    if (message.properties.type === remakeChange.key) {
      const order = body as PayloadOf<typeof remakeChange>;
      return this.publish('integration', changeMaterialised, order.task_id, rebasedFrom(order));
    }
    if (message.properties.type === withdrawLanding.key) {
      const withdrawal = body as PayloadOf<typeof withdrawLanding>;
      return this.publish('integration', landingRefused, withdrawal.change_id, withdrawnFrom(withdrawal));
    }
    const order = body as PayloadOf<typeof landChange>;
    const { project_id } = order;
    const head = this.heads.get(project_id);
    if (head !== undefined && head !== order.base)
      return this.publish('integration', landingRefused, order.change_id, movedFrom(order, head));
    if (head !== undefined) this.heads.set(project_id, order.commit);
    return this.publish('integration', changeLanded, order.change_id, landedFrom(order, new Date()));
  }
}

function publishedOf({ content, properties }: ConsumeMessage): Published {
  const { data } = JSON.parse(content.toString()) as { data: Record<string, unknown> };
  const traceparent: unknown = properties.headers?.['traceparent'];
  return {
    type: String(properties.type),
    traceparent: typeof traceparent === 'string' ? traceparent : undefined,
    data,
  };
}
