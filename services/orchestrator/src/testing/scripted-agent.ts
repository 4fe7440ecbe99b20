import { randomBytes } from 'node:crypto';
import { agentQueue, agentRoutingKey, exchanges, type AgentType, type PayloadOf } from '@ymera/contracts';
import type { cancel, result, resultAccepted, resultRefused, task } from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import { management, type TestVhosts } from '@ymera/testing';
import { connect, type ChannelModel, type ConfirmChannel } from 'amqplib';

export type Task = PayloadOf<typeof task>;
type Result = PayloadOf<typeof result>;

export interface ReceivedMessage {
  readonly type: string;
  readonly at: number;
  readonly traceparent: string | undefined;
  readonly body: unknown;
}

/** A principal with an AMQP user and a queue of its own, as the registry would create it. */
export class ScriptedAgent {
  readonly messages: ReceivedMessage[] = [];
  /** When each result was given to the broker, by task id. */
  readonly endedAt = new Map<string, number>();
  /** Handles a task; a test replaces it. */
  onTask: (task: Task) => Promise<void> = async () => undefined;
  private readonly messageIds = new Set<unknown>();

  private constructor(
    readonly agentId: string,
    readonly agentType: AgentType,
    readonly principalId: string,
    private readonly connection: ChannelModel,
    private readonly channel: ConfirmChannel,
  ) {}

  static async join(vhosts: TestVhosts, agentId: string, agentType: AgentType): Promise<ScriptedAgent> {
    const principalId = `ymera-test-${agentId}-${randomBytes(4).toString('hex')}`;
    const vhost = encodeURIComponent(vhosts.agentsVhost);
    await management('PUT', `users/${principalId}`, { password: 'secret', tags: '' });
    await management('PUT', `permissions/${vhost}/${principalId}`, {
      configure: '.*',
      write: '.*',
      read: '.*',
    });
    const { hostname, port } = new URL(vhosts.url);
    const connection = await connect({
      hostname,
      port: Number(port),
      username: principalId,
      password: 'secret',
      vhost: vhosts.agentsVhost,
    });
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue(agentQueue(principalId), { durable: true });
    await channel.bindQueue(agentQueue(principalId), exchanges.agentsOut, principalId);
    const agent = new ScriptedAgent(agentId, agentType, principalId, connection, channel);
    await agent.listen();
    return agent;
  }

  /** Tasks of one type, in order. */
  received<T>(type: string): T[] {
    return this.messages.filter((one) => one.type === type).map(({ body }) => body as T);
  }

  get tasks(): Task[] {
    return this.received<Task>('task');
  }
  get accepted(): PayloadOf<typeof resultAccepted>[] {
    return this.received('result_accepted');
  }
  get refused(): PayloadOf<typeof resultRefused>[] {
    return this.received('result_refused');
  }
  get cancels(): PayloadOf<typeof cancel>[] {
    return this.received('cancel');
  }

  async accept(of: Task): Promise<void> {
    await this.say('task_accepted', keyOf(of));
  }

  async progress(of: Task, progress: number, step = 'working'): Promise<void> {
    await this.say('progress', { ...keyOf(of), progress, step, counter: 1 });
  }

  async log(of: Task, offset: number, chunk: string): Promise<void> {
    await this.say('log', { ...keyOf(of), offset, chunk });
  }

  async end(of: Task, given: Partial<Result> = {}): Promise<void> {
    this.endedAt.set(of.task_id, performance.now());
    await this.say('result', { ...keyOf(of), outcome: 'completed', artefacts: [], ...given });
  }

  /** As any connection of this principal could; the broker validates the user id, unless it is left out. */
  async say(type: string, body: object, isIdentified = true): Promise<void> {
    const key = agentRoutingKey('result', 0, this.principalId);
    this.channel.publish(exchanges.agentsIn, key, Buffer.from(JSON.stringify(body)), {
      type,
      messageId: uuidv7(),
      persistent: true,
      contentType: 'application/json',
      ...(isIdentified ? { userId: this.principalId } : {}),
    });
    await this.channel.waitForConfirms();
  }

  async leave(): Promise<void> {
    await this.connection.close();
    await management('DELETE', `users/${this.principalId}`);
  }

  private async listen(): Promise<void> {
    await this.channel.consume(agentQueue(this.principalId), (message) => {
      if (!message) return;
      this.channel.ack(message);
      // The relay may publish one message twice, when the broker is slow to confirm it. Two different messages of the
      // orchestrator have two ids.
      const { messageId } = message.properties;
      if (this.messageIds.has(messageId)) return;
      this.messageIds.add(messageId);
      const type = String(message.properties.type);
      const body: unknown = JSON.parse(message.content.toString());
      const traceparent: unknown = message.properties.headers?.['traceparent'];
      this.messages.push({
        type,
        at: performance.now(),
        traceparent: typeof traceparent === 'string' ? traceparent : undefined,
        body,
      });
      if (type === 'task') void this.onTask(body as Task).catch(() => undefined);
    });
  }
}

const keyOf = ({ agent_id, task_id, attempt, fencing_token }: Task) => ({
  agent_id,
  task_id,
  attempt,
  fencing_token,
});
