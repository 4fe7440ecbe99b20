import {
  agentRoutingKey,
  exchanges,
  hello,
  helloPartition,
  type AgentMessageContract,
  type AgentType,
  type PayloadOf,
  report,
  result,
  task,
  taskAccepted,
  type TaskType,
  welcome,
} from '@ymera/contracts';
import { GatewayClient, type TaskResult } from '@ymera/agent-sdk';
import { eventually } from '@ymera/testing';
import { connect, type ChannelModel, type ConfirmChannel } from 'amqplib';
import type { z } from 'zod';
import type { AcceptedRecord } from '../history-check';
import type { ApiClient } from './api-client';

export type Leased = PayloadOf<typeof task>;

interface ReceivedMessage {
  readonly type: string;
  readonly payload: Record<string, any>;
}

const reportEveryMs = 1_000;

/** An agent that only reports by itself and otherwise does exactly what a test orders: it can be late, or unresponsive about a task. */
export class ScriptedAgent {
  private readonly messages: ReceivedMessage[] = [];
  private partition: number | typeof helloPartition = helloPartition;
  private session = 0;
  private seq = 0;
  private reports: NodeJS.Timeout | undefined;

  private constructor(
    readonly agentId: string,
    private readonly connection: ChannelModel,
    private readonly channel: ConfirmChannel,
    private readonly record: AcceptedRecord,
  ) {}

  static async join(
    api: ApiClient,
    place: {
      readonly gatewayUrl: string;
      readonly name: string;
      readonly type: AgentType;
      readonly tasks: readonly TaskType[];
    },
    record: AcceptedRecord,
  ): Promise<ScriptedAgent> {
    const { gatewayUrl, name, type, tasks } = place;
    const gateway = new GatewayClient(gatewayUrl);
    const joined = await gateway.enrol(await api.enrolment(), name);
    if (!joined.ok) throw new Error(joined.error.message);
    const { credential, broker } = joined.value;
    const definition = { agentId: name, agentType: type, capabilities: ['scripted'], taskTypes: tasks };
    const registered = await gateway.register(credential, {
      ...definition,
      handle: () => Promise.reject(new Error('a scripted agent handles no task by itself')),
    });
    if (!registered.ok) throw new Error(registered.error.message);
    const { hostname, port } = new URL(broker.url);
    const connection = await connect({
      hostname,
      port: Number(port),
      username: name,
      password: credential,
      vhost: broker.vhost,
    });
    connection.on('error', () => undefined);
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => undefined);
    const agent = new ScriptedAgent(name, connection, channel, record);
    await channel.consume(broker.queue, (delivery) => {
      if (delivery === null) return;
      channel.ack(delivery);
      agent.listen(String(delivery.properties.type), JSON.parse(delivery.content.toString('utf8')));
    });
    await agent.publish('event', hello, { protocol: 1, agent_ids: [name], sdk: 'scripted/1' });
    await agent.next(['welcome']);
    return agent;
  }

  /** The next task that it received and the test has not read yet. */
  takeTask(): Leased | undefined {
    const found = this.take(['task']);
    return found && task.payload.parse(found.payload);
  }

  async accept(leased: Leased): Promise<void> {
    await this.publish('result', taskAccepted, identityOf(leased));
  }

  /** Sends its result, and returns the platform's answer. */
  async finish(leased: Leased, outcome: TaskResult): Promise<'accepted' | 'refused'> {
    await this.publish('result', result, { ...identityOf(leased), ...outcome });
    const answer = await this.next(['result_accepted', 'result_refused']);
    if (answer.type === 'result_refused') return 'refused';
    this.record.result({ agentId: this.agentId, taskId: leased.task_id, attempt: leased.attempt });
    return 'accepted';
  }

  async leave(): Promise<void> {
    clearInterval(this.reports);
    await this.connection.close().catch(() => undefined);
  }

  private take(types: readonly string[]): ReceivedMessage | undefined {
    const index = this.messages.findIndex(({ type }) => types.includes(type));
    return index < 0 ? undefined : this.messages.splice(index, 1)[0];
  }

  private next(types: readonly string[]): Promise<ReceivedMessage> {
    return eventually(
      () => {
        const found = this.take(types);
        if (!found) throw new Error(`${this.agentId} has not received ${types.join(' or ')}`);
        return found;
      },
      { timeoutMs: 15_000 },
    );
  }

  private listen(type: string, payload: ReceivedMessage['payload']): void {
    if (type === welcome.name) {
      this.partition = Number(payload['partition']);
      this.session = Number(payload['session']);
      this.seq = 0;
      this.reports ??= setInterval(() => void this.report(), reportEveryMs);
      void this.report();
    }
    this.messages.push({ type, payload });
  }

  private report(): Promise<void> {
    return this.publish('report', report, {
      agent_id: this.agentId,
      session: this.session,
      seq: (this.seq += 1),
      sent_at: new Date().toISOString(),
      metrics: { cpu_percent: 0, memory_mb: 1 },
      tasks: [],
      issues: [],
      security_events: [],
    });
  }

  private publish<Name extends string, Payload extends z.ZodType>(
    channel: 'report' | 'result' | 'event',
    contract: AgentMessageContract<Name, Payload>,
    payload: z.input<Payload>,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      this.channel.publish(
        exchanges.agentsIn,
        agentRoutingKey(channel, this.partition, this.agentId),
        Buffer.from(JSON.stringify(payload)),
        { userId: this.agentId, type: contract.name, contentType: 'application/json', deliveryMode: 2 },
        (error: unknown) => (error ? reject(new Error(`${contract.name} was not confirmed`)) : resolve()),
      );
    });
  }
}

const identityOf = ({ agent_id, task_id, attempt, fencing_token }: Leased) => ({
  agent_id,
  task_id,
  attempt,
  fencing_token,
});
