import { PlatformSide } from './testing/platform-side';
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  agentQueue,
  exchanges,
  principalStatus,
  resultAccepted,
  task as taskContract,
} from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import { eventually, leakGuard, management, testVhosts, type TestVhosts } from '@ymera/testing';
import type { AgentDefinition, TaskContext, TaskResult } from './agent';
import { AgentHost } from './agent-host';
import { GatewayClient } from './gateway-client';

describe('AgentHost', () => {
  const principalId = `sdk-${randomBytes(4).toString('hex')}`;
  const credential = randomBytes(16).toString('hex');
  let broker: TestVhosts;
  let platform: PlatformSide;
  let host: AgentHost | undefined;
  let handle: AgentDefinition['handle'];
  /** The answer of the gateway at GET /api/v1/me/status, and the number of queries. */
  let standing: object;
  let asked = 0;
  let gateway: Server;

  beforeAll(async () => {
    broker = await testVhosts();
    gateway = createServer((_request, response) => {
      asked += 1;
      response.end(
        JSON.stringify({ ...principalStatus.replySample, principal_id: principalId, ...standing }),
      );
    });
    await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
    await management('PUT', `users/${principalId}`, { password: credential, tags: '' });
    await management('PUT', `permissions/${encodeURIComponent(broker.agentsVhost)}/${principalId}`, {
      configure: '^$',
      write: '^agents\\.in$',
      read: `^agent\\.${principalId}$`,
    });
  });

  beforeEach(async () => {
    platform = await PlatformSide.open(broker, principalId);
    standing = {};
    handle = () => Promise.resolve({ outcome: 'completed', artefacts: [] });
    host = new AgentHost({
      principalId,
      credential,
      broker: {
        url: broker.url.replace(/\/\/.*@/, '//'),
        vhost: broker.agentsVhost,
        queue: agentQueue(principalId),
      },
      gateway: new GatewayClient(`http://127.0.0.1:${(gateway.address() as AddressInfo).port}`),
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
    await new Promise((resolve) => gateway.close(resolve));
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

  it('accepts a task, extends its lease, and repeats the result until it is settled', async () => {
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

  it.each<
    [how: string, end: (resolve: (result: TaskResult) => void, reject: (error: Error) => void) => void]
  >([
    ['answers', (resolve) => resolve({ outcome: 'canceled', artefacts: [] })],
    ['throws, as aborted work does', (_, reject) => reject(new Error('aborted'))],
  ])('aborts the handler on cancel, and reports canceled when it %s', async (_, end) => {
    await platform.welcome(9);
    handle = (_task, { signal }) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => end(resolve, reject));
      });
    const task = leased();
    await platform.send('task', task);
    await eventually(() => expect(platform.of('task_accepted')).toHaveLength(1));
    await platform.send('cancel', { ...keyOf(task), reason: 'Not needed.' });
    await eventually(() =>
      expect(platform.of('result')).toMatchObject([{ body: { ...keyOf(task), outcome: 'canceled' } }]),
    );
  });

  it('declines unknown task types, and tasks without a free slot', async () => {
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

  it('turns an error of a handler into a failed result', async () => {
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

  /** The broker's permissions of the principal, as if the registry had decided them. */
  const mayPublish = async (write: string): Promise<void> => {
    const path = `topic-permissions/${encodeURIComponent(broker.agentsVhost)}/${principalId}`;
    await management('PUT', path, { exchange: exchanges.agentsIn, write, read: '.*' });
    await eventually(async () => management('DELETE', `connections/username/${principalId}`), {
      timeoutMs: 10_000,
    });
  };

  it('continues reports and keeps its result while it is suspended for missed reports, until it is active', async () => {
    await platform.welcome(14);
    let finish = (): void => undefined;
    handle = async () => {
      await new Promise<void>((resolve) => (finish = resolve));
      return { outcome: 'completed', artefacts: [] };
    };
    await platform.send('task', leased());
    await eventually(() => expect(platform.of('task_accepted')).toHaveLength(1));
    standing = { status: 'suspended', may_report: true, retry_after_s: 1 };
    await mayPublish('^(report|event\\.hello)\\..*');
    await eventually(() => expect(platform.of('hello').length).toBeGreaterThanOrEqual(2), {
      timeoutMs: 15_000,
    });
    await platform.welcome(15);
    finish();
    await eventually(() => expect(platform.of('hello').length).toBeGreaterThanOrEqual(3), {
      timeoutMs: 15_000,
    });
    await platform.welcome(16);
    const inSession = () => platform.of('report').filter(({ body }) => body['session'] === 16);
    await eventually(() => expect(inSession().length).toBeGreaterThanOrEqual(3), { timeoutMs: 10_000 });
    expect([platform.of('result'), host?.isOnline]).toEqual([[], true]);

    await mayPublish('.*');
    standing = {};
    await eventually(() => expect(platform.of('hello').length).toBeGreaterThanOrEqual(4), {
      timeoutMs: 15_000,
    });
    await platform.welcome(17);
    await eventually(() => expect(platform.of('result').length).toBeGreaterThanOrEqual(1), {
      timeoutMs: 10_000,
    });
  }, 90_000);

  it('queries the reason when the broker refuses it, waits as long as the answer says, and reconnects', async () => {
    await platform.welcome(18);
    standing = { status: 'frozen', may_report: false, retry_after_s: 1 };
    await management('PUT', `users/${principalId}`, { password: 'another', tags: '' });
    asked = 0;
    await eventually(async () => management('DELETE', `connections/username/${principalId}`), {
      timeoutMs: 10_000,
    });
    const began = Date.now();
    await eventually(() => expect(asked).toBeGreaterThanOrEqual(3), { timeoutMs: 15_000 });
    expect(Date.now() - began).toBeGreaterThan(1_900);
    expect(host?.isOnline).toBe(false);
    await management('PUT', `users/${principalId}`, { password: credential, tags: '' });
    await eventually(() => expect(platform.of('hello').length).toBeGreaterThanOrEqual(2), {
      timeoutMs: 15_000,
    });
  }, 60_000);

  it('reconnects after the broker has closed its connection', async () => {
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

leakGuard();
