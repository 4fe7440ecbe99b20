import { Controller } from '@nestjs/common';
import {
  exchanges,
  getWorkflow,
  listWorkflows,
  queryQueue,
  type PayloadOf,
  type QueryContract,
  type ReplyOf,
} from '@ymera/contracts';
import { err, failure, FailureException, isUuidv7, ok, sleep, type Result } from '@ymera/kernel';
import { OnQuery, type QueryContext } from '../decorators';
import type { Messaging } from '../messaging';
import { startApp, type TestApp } from '../testing/app';
import { ready } from '../testing/broker-view';
import { eventually } from '../testing/eventually';
import { startTestBroker, type TestBroker } from '../testing/test-broker';

type Workflow = ReplyOf<typeof getWorkflow>;

const payload = getWorkflow.sample;
const workflow = getWorkflow.reply.parse(getWorkflow.replySample);

let contexts: QueryContext[];
let answer: (payload: PayloadOf<typeof getWorkflow>) => Promise<Result<Workflow>>;

@Controller()
class Handlers {
  @OnQuery(getWorkflow)
  async one(asked: PayloadOf<typeof getWorkflow>, context: QueryContext): Promise<Result<Workflow>> {
    contexts.push(context);
    return answer(asked);
  }
}

let broker: TestBroker;
let app: TestApp;
let asker: Messaging;

beforeAll(async () => {
  broker = await startTestBroker();
});
afterAll(() => broker.remove());

beforeEach(async () => {
  contexts = [];
  answer = () => Promise.resolve(ok(workflow));
  app = await startApp(broker, Handlers, { drainMs: 300 });
  asker = await broker.as('gateway');
});
afterEach(() => app.close());

const ask = (timeoutMs = 5_000) => asker.queries.ask(getWorkflow, payload, { timeoutMs });

it('answers, and tells the handler which question it is', async () => {
  await expect(ask()).resolves.toEqual(ok(workflow));
  expect(contexts).toHaveLength(1);
  expect(isUuidv7(contexts[0]?.id ?? '')).toBe(true);
});

it('answers many at once, each its own asker', async () => {
  answer = async ({ workflow_id }) => {
    await sleep(Math.random() * 20);
    return ok({ ...workflow, workflow_id });
  };
  const ids = Array.from(
    { length: 50 },
    (_, index) => `01936d00-0000-7000-8000-${String(index).padStart(12, '0')}`,
  );
  const replies = await Promise.all(
    ids.map((workflow_id) => asker.queries.ask(getWorkflow, { workflow_id })),
  );
  expect(replies.map((reply) => reply.ok && reply.value.workflow_id)).toEqual(ids);
});

it('carries an expected failure over as it is', async () => {
  const notFound = failure('not_found', 'workflow_not_found', 'There is no such workflow.', {
    suggestion: 'Look at the list.',
    details: { workflow_id: 'x' },
  });
  answer = () => Promise.resolve(err(notFound));
  await expect(ask()).resolves.toEqual(err(notFound));
});

it.each([
  [
    'a failure that was thrown',
    new FailureException(failure('forbidden', 'not_yours', 'Not yours.')),
    'not_yours',
  ],
  ['a bug, without its message', new Error('password is hunter2'), 'internal'],
])('turns %s into an answer', async (_name, thrown, code) => {
  answer = () => Promise.reject(thrown);
  const reply = await ask();
  expect(reply).toMatchObject({ ok: false, error: { code } });
  expect(JSON.stringify(reply)).not.toContain('hunter2');
});

it('does not send an answer that breaks its contract', async () => {
  answer = () => Promise.resolve(ok({ ...workflow, state: 'happy' } as unknown as Workflow));
  await expect(ask()).resolves.toMatchObject({ ok: false, error: { code: 'internal' } });
});

it('refuses a payload that breaks the contract before anything is sent', async () => {
  await expect(asker.queries.ask(getWorkflow, { workflow_id: 'x' })).resolves.toMatchObject({
    ok: false,
    error: { kind: 'validation', code: 'payload_invalid' },
  });
  expect(contexts).toEqual([]);
});

it('reports an unknown query of a service at once', async () => {
  await expect(asker.queries.ask(listWorkflows, { limit: 5 })).resolves.toMatchObject({
    ok: false,
    error: { code: 'unknown_query' },
  });
});

it('says at once when there is no queue for a question', async () => {
  const unanswered: QueryContract<typeof getWorkflow.payload, typeof getWorkflow.reply> = {
    ...getWorkflow,
    key: 'unknown.asked.v1',
  };
  const started = performance.now();
  await expect(asker.queries.ask(unanswered, payload)).resolves.toMatchObject({
    ok: false,
    error: { kind: 'unavailable', code: 'service_unavailable' },
  });
  expect(performance.now() - started).toBeLessThan(2_000);
});

it('gives up in time, and the question does not stay', async () => {
  await app.close();
  await expect(ask(200)).resolves.toMatchObject({
    ok: false,
    error: { kind: 'timeout', code: 'query_timeout' },
  });
  await eventually(async () => (await ready(broker, 'services', queryQueue('orchestrator'))) === 0);
});

it('fails what waits for an answer when the connection is cut, and asks again over the next', async () => {
  answer = () => new Promise(() => undefined);
  const lost = ask(20_000);
  await eventually(() => contexts.length === 1);
  await broker.cutConnections();
  await expect(lost).resolves.toMatchObject({ ok: false, error: { kind: 'unavailable', retryable: true } });
  answer = () => Promise.resolve(ok(workflow));
  await expect(eventually(() => ask(1_000).then((reply) => reply.ok), 20_000)).resolves.toBe(true);
}, 40_000);

it('refuses a question of a service that may not ask it', async () => {
  const stranger = await broker.as('reporting');
  await expect(stranger.queries.ask(getWorkflow, payload)).resolves.toMatchObject({
    ok: false,
    error: { kind: 'forbidden', code: 'sender_not_allowed' },
  });
  expect(contexts).toEqual([]);
});

it('publishes no answer to a queue of the asker’s choice', async () => {
  const { user, url } = await broker.userOf('gateway');
  const connection = await broker.connect('services', url);
  const channel = await connection.createConfirmChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  const properties = {
    type: getWorkflow.key,
    replyTo: queue,
    correlationId: 'x',
    messageId: 'x',
    userId: user,
  };
  channel.publish(exchanges.queries, getWorkflow.key, Buffer.from(JSON.stringify(payload)), properties);
  await channel.waitForConfirms();
  await eventually(() => contexts.length === 1);
  await ask();
  await expect(channel.get(queue)).resolves.toBe(false);
  await connection.close();
});
