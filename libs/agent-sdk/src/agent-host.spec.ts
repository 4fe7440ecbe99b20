import { randomBytes } from 'node:crypto';
import { connect, type ChannelModel, type ConfirmChannel, type ConsumeMessage } from 'amqplib';
import {
  agentQueue,
  agentQueues,
  exchanges,
  reportQueue,
  resultAccepted,
  task as taskContract,
  welcome,
} from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import { eventually, management, testVhosts, type TestVhosts } from '@ymera/testing';
import type { AgentDefinition, TaskContext } from './agent';
import { AgentHost } from './agent-host';
import { GatewayClient } from './gateway-client';

interface Seen {
  readonly type: string;
  readonly userId: string;
  readonly body: Record<string, unknown>;
}

/** The platform's side of the protocol, played by the test on a real broker. */
class PlatformSide {
  readonly seen: Seen[] = [];

  private constructor(
    private readonly connection: ChannelModel,
    private readonly channel: ConfirmChannel,
    private readonly principalId: string,
  ) {}

  static async open(broker: TestVhosts, principalId: string): Promise<PlatformSide> {
    const connection = await connect(`${broker.url}/${encodeURIComponent(broker.agentsVhost)}`);
    const channel = await connection.createConfirmChannel();
    const side = new PlatformSide(connection, channel, principalId);
    await channel.assertQueue(agentQueue(principalId), { durable: true });
    await channel.bindQueue(agentQueue(principalId), exchanges.agentsOut, principalId);
    for (const queue of [agentQueues.hello, agentQueues.events, agentQueues.results, reportQueue(1)])
      await channel.consume(queue, (message) => side.take(message), { noAck: true });
    return side;
  }

  async send(type: string, body: unknown): Promise<void> {
    this.channel.publish(exchanges.agentsOut, this.principalId, Buffer.from(JSON.stringify(body)), { type });
    await this.channel.waitForConfirms();
  }

  welcome(session: number): Promise<void> {
    return this.send(welcome.name, {
      ...welcome.sample,
      session,
      partition: 1,
      interval_s: 0.3,
      agent_ids: ['sdk-tester'],
    });
  }

  of(type: string): Seen[] {
    return this.seen.filter((message) => message.type === type);
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  private take(message: ConsumeMessage | null): void {
    if (!message) return;
    const body = JSON.parse(message.content.toString('utf8')) as Record<string, unknown>;
    this.seen.push({
      type: String(message.properties.type),
      userId: String(message.properties.userId),
      body,
    });
  }
}

describe('AgentHost', () => {
  const principalId = `sdk-${randomBytes(4).toString('hex')}`;
  const credential = randomBytes(16).toString('hex');
  let broker: TestVhosts;
  let platform: PlatformSide;
  let host: AgentHost | undefined;
  let handle: AgentDefinition['handle'];

  beforeAll(async () => {
    broker = await testVhosts();
    await management('PUT', `users/${principalId}`, { password: credential, tags: '' });
    await management('PUT', `permissions/${encodeURIComponent(broker.agentsVhost)}/${principalId}`, {
      configure: '^$',
      write: '^agents\\.in$',
      read: `^agent\\.${principalId}$`,
    });
  });

  beforeEach(async () => {
    platform = await PlatformSide.open(broker, principalId);
    handle = () => Promise.resolve({ outcome: 'completed', artefacts: [] });
    host = new AgentHost({
      principalId,
      credential,
      broker: {
        url: broker.url.replace(/\/\/.*@/, '//'),
        vhost: broker.agentsVhost,
        queue: agentQueue(principalId),
      },
      gateway: new GatewayClient('http://127.0.0.1:9'),
      agents: [
        {
          agentId: 'sdk-tester',
          agentType: 'TESTING',
          capabilities: ['any'],
          taskTypes: ['test'],
          handle: (leased, context) => handle(leased, context),
        },
      ],
    });
    host.start();
    await eventually(() => expect(platform.of('hello')).not.toHaveLength(0), { timeoutMs: 10_000 });
  });

  afterEach(async () => {
    await host?.stop(0);
    await platform.close();
  });

  afterAll(async () => {
    await broker.close();
    await management('DELETE', `users/${principalId}`);
  });

  const leased = (change: object = {}) => ({
    ...taskContract.sample,
    agent_id: 'sdk-tester',
    task_id: uuidv7(),
    deadline: new Date(Date.now() + 60_000).toISOString(),
    heartbeat_s: 0.2,
    ...change,
  });
  const keyOf = ({ agent_id, task_id, attempt, fencing_token }: ReturnType<typeof leased>) => ({
    agent_id,
    task_id,
    attempt,
    fencing_token,
  });

  it('says hello as its principal and reports in its session, with a rising seq', async () => {
    expect(platform.of('hello')[0]).toMatchObject({
      userId: principalId,
      body: { protocol: 1, agent_ids: ['sdk-tester'] },
    });
    await platform.welcome(5);
    const reports = await eventually(() => {
      expect(platform.of('report').length).toBeGreaterThanOrEqual(3);
      return platform.of('report');
    });
    expect(reports.slice(0, 3).map(({ body }) => [body['session'], body['seq']])).toEqual([
      [5, 1],
      [5, 2],
      [5, 3],
    ]);
  });

  it('accepts a task, keeps its lease alive, and sends the result again until it is settled', async () => {
    await platform.welcome(6);
    let finish = (): void => undefined;
    handle = async (_task, context: TaskContext) => {
      context.progress(0.5, 'half way');
      await new Promise<void>((resolve) => (finish = resolve));
      return { outcome: 'completed', artefacts: [], metrics: { tool_ms: 7 } };
    };
    const task = leased();
    await platform.send('task', task);
    await eventually(() => expect(platform.of('progress').length).toBeGreaterThanOrEqual(3));
    expect(platform.of('task_accepted')).toMatchObject([{ body: keyOf(task) }]);
    expect(platform.of('progress').at(-1)).toMatchObject({
      body: { ...keyOf(task), progress: 0.5, step: 'half way' },
    });

    finish();
    await eventually(() => expect(platform.of('result')).toHaveLength(1));
    await platform.welcome(7);
    await eventually(() => expect(platform.of('result')).toHaveLength(2));
    expect(platform.of('result')[1]?.body).toEqual(platform.of('result')[0]?.body);
    await platform.send(resultAccepted.name, keyOf(task));
    await platform.welcome(8);
    await eventually(() => expect(platform.of('report').at(-1)?.body['session']).toBe(8));
    expect(platform.of('result')).toHaveLength(2);
  });

  it('aborts the handler on cancel, and answers', async () => {
    await platform.welcome(9);
    handle = (_task, { signal }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          resolve({ outcome: 'canceled', artefacts: [] });
        });
      });
    const task = leased();
    await platform.send('task', task);
    await eventually(() => expect(platform.of('task_accepted')).toHaveLength(1));
    await platform.send('cancel', { ...keyOf(task), reason: 'Not needed.' });
    await eventually(() =>
      expect(platform.of('result')).toMatchObject([{ body: { ...keyOf(task), outcome: 'canceled' } }]),
    );
  });

  it('declines what it cannot do, and what it has no slot for', async () => {
    await platform.welcome(10);
    handle = () => new Promise(() => undefined);
    await platform.send('task', leased({ type: 'review' }));
    await platform.send('task', leased());
    await platform.send('task', leased());
    await eventually(() =>
      expect(platform.of('task_declined').map(({ body }) => body['code'])).toEqual([
        'task_type_unknown',
        'busy',
      ]),
    );
  });

  it('turns what a handler throws into a failed result', async () => {
    await platform.welcome(11);
    handle = () => Promise.reject(new Error('secret detail'));
    await platform.send('task', leased());
    const [ended] = await eventually(() => {
      expect(platform.of('result')).toHaveLength(1);
      return platform.of('result');
    });
    expect(ended?.body).toMatchObject({
      outcome: 'failed',
      error: { code: 'agent_failed', retryable: true },
    });
    expect(JSON.stringify(ended)).not.toContain('secret detail');
  });

  it('comes back after the broker has closed its connection', async () => {
    await platform.welcome(12);
    await eventually(() => expect(host?.isOnline).toBe(true));
    await eventually(async () => management('DELETE', `connections/username/${principalId}`), {
      timeoutMs: 10_000,
    });
    await eventually(() => expect(platform.of('hello').length).toBeGreaterThanOrEqual(2), {
      timeoutMs: 15_000,
    });
    await platform.welcome(13);
    await eventually(() => expect(platform.of('report').at(-1)?.body['session']).toBe(13));
  }, 40_000);
});
