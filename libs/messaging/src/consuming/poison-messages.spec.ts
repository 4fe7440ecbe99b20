import { Controller } from '@nestjs/common';
import {
  agentQueues,
  commandMessage,
  commandQueue,
  deadQueue,
  exchanges,
  getWorkflow,
  progress,
  queryQueue,
  startWorkflow,
  type ReplyOf,
} from '@ymera/contracts';
import { failure, FailureException, isStorable, ok, sha256Hex, uuidv7, type Result } from '@ymera/kernel';
import fc from 'fast-check';
import { OnAgentMessage, OnCommand, OnQuery } from '../decorators';
import type { ReceivedDeadLetter } from '../dead-letters/dead-letter';
import type { Messaging } from '../messaging';
import { startApp, type TestApp } from '../testing/app';
import { ready } from '../testing/broker-view';
import { eventually } from '../testing/eventually';
import { deeperThanTheStack, hostileMessage, notUtf8 } from '../testing/hostile-messages';
import { field, publishRaw, rawTable, shortString, nested, type RawMessage } from '../testing/raw-publisher';
import { startTestBroker, type BrokerUser, type TestBroker } from '../testing/test-broker';

/** Less than each test sends of what is hostile: one that is not settled and a second one would stop the queue. */
const prefetch = 2;
const limitBytes = 64 * 1024;
/** Each with several messages. More with the same seed find no more than other seeds do. */
const numRuns = 8;
const types = [startWorkflow.key, progress.name, getWorkflow.key];

let orders: string[];
let progressed: number;

@Controller()
class Handlers {
  @OnCommand(startWorkflow)
  async start({ id }: { readonly id: string }): Promise<void> {
    orders.push(id);
    return Promise.resolve();
  }

  @OnAgentMessage(agentQueues.results, progress)
  async progress(): Promise<void> {
    progressed += 1;
    return Promise.resolve();
  }

  @OnQuery(getWorkflow)
  async one(): Promise<Result<ReplyOf<typeof getWorkflow>>> {
    return Promise.resolve(ok(getWorkflow.reply.parse(getWorkflow.replySample)));
  }
}

let broker: TestBroker;
/** Of services that may send what the handlers take, so that what is hostile is read, and not refused for its sender. */
let senderUser: BrokerUser;
let askerUser: BrokerUser;
let app: TestApp;
let letters: ReceivedDeadLetter[];
/** What the store of dead letters does besides keeping them; as PostgreSQL it takes no NUL and no half of a pair. */
let storing: (letter: ReceivedDeadLetter) => void;

async function store(letter: ReceivedDeadLetter): Promise<void> {
  storing(letter);
  const { body, ...told } = letter;
  if (!isStorable(told) || body.length > 1024 * 1024)
    throw new FailureException(failure('validation', 'text_invalid', 'This cannot be stored.'));
  letters.push(letter);
  return Promise.resolve();
}

beforeAll(async () => {
  broker = await startTestBroker();
  senderUser = await broker.userOf('coordinator');
  askerUser = await broker.userOf('gateway');
});
afterAll(() => broker.remove());

beforeEach(async () => {
  orders = [];
  letters = [];
  progressed = 0;
  storing = () => undefined;
  app = await startApp(broker, Handlers, { prefetch, drainMs: 300, maxBodyBytes: limitBytes });
  app.messaging.keepDeadLetters(store);
});
afterEach(async () => {
  await app.close();
  // Nothing was given back: whatever a consumer held unsettled would be in its queue again.
  for (const queue of [commandQueue('orchestrator'), queryQueue('orchestrator'), deadQueue('orchestrator')])
    expect({ queue, ready: await ready(broker, 'services', queue) }).toEqual({ queue, ready: 0 });
  for (const queue of [agentQueues.results, deadQueue('orchestrator')])
    expect({ queue, ready: await ready(broker, 'agents', queue) }).toEqual({ queue, ready: 0 });
});

interface Target {
  readonly vhost: 'services' | 'agents';
  readonly exchange: string;
  readonly routingKey: string;
}

const commands: Target = {
  vhost: 'services',
  exchange: exchanges.commands,
  routingKey: startWorkflow.key,
};
const results: Target = { vhost: 'agents', exchange: exchanges.agentsIn, routingKey: 'result.0.stranger' };
const deadOf = (vhost: Target['vhost']): Target => ({
  vhost,
  exchange: vhost === 'services' ? exchanges.dead : exchanges.agentsDead,
  routingKey: 'orchestrator',
});

/** Whether the broker took it. What it does not take may end the connection. */
async function sendOne(target: Target, message: RawMessage): Promise<boolean> {
  const sender = target.exchange === exchanges.queries ? askerUser : senderUser;
  const connection = await broker.connect(target.vhost, sender.url);
  const properties = { userId: shortString(Buffer.from(sender.user)), ...message.properties };
  const isTaken = await publishRaw(connection, target, { ...message, properties });
  await connection.close().catch(() => undefined);
  return isTaken;
}

/** How many of them the broker took. */
async function send(target: Target, messages: readonly RawMessage[]): Promise<number> {
  let taken = 0;
  for (const message of messages) if (await sendOne(target, message)) taken += 1;
  return taken;
}

async function handlesGoodMessages(): Promise<void> {
  const id = uuidv7();
  await (
    await broker.as('coordinator')
  ).publisher.publish(commandMessage(startWorkflow, startWorkflow.sample, { id, time: new Date() }));
  await eventually(() => orders.includes(id));
}

async function handlesGoodResults(): Promise<void> {
  const before = progressed;
  const agent = await broker.connect('agents');
  const channel = await agent.createConfirmChannel();
  channel.publish(results.exchange, results.routingKey, Buffer.from(JSON.stringify(progress.sample)), {
    type: progress.name,
    userId: broker.user,
  });
  await channel.waitForConfirms();
  await agent.close();
  await eventually(() => progressed === before + 1);
}

const ofType = (type: Buffer, body = Buffer.from('{}')): RawMessage => ({
  properties: { type: shortString(type) },
  body,
});
const withHeaders = (headers: Buffer): RawMessage => ({ properties: { headers }, body: Buffer.from('{}') });

const examples: readonly (readonly [string, RawMessage])[] = [
  ['a type that is no UTF-8 and too long when it is encoded again', ofType(notUtf8)],
  ['a body above the limit', ofType(Buffer.from(startWorkflow.key), Buffer.alloc(limitBytes + 1, 0x20))],
  [
    'headers deeper than the stack of a decoder',
    withHeaders(rawTable([[Buffer.from('a'), nested(deeperThanTheStack, 'table')]])),
  ],
  [
    'a trace with NUL',
    withHeaders(rawTable([[Buffer.from('traceparent'), field.string(Buffer.from('0\0'))]])),
  ],
];

describe.each([
  ['a consumer of commands', commands, handlesGoodMessages],
  ['a consumer of messages from agents', results, handlesGoodResults],
  ['the keeper of dead letters of services', deadOf('services'), handlesGoodMessages],
  ['the keeper of dead letters of agents', deadOf('agents'), handlesGoodResults],
])('%s', (_consumer, target, handlesGoodOnes) => {
  it.each(examples)(
    'dead-letters more messages than its prefetch that have %s, and handles those behind them',
    async (_what, message) => {
      // One that ends its consumer's connection needs no others; the broker is slow with these.
      const isKeeper = target.routingKey === 'orchestrator' && message.properties.headers === undefined;
      const many = isKeeper ? 9 : prefetch + 1;
      expect(
        await send(
          target,
          Array.from({ length: many }, () => message),
        ),
      ).toBe(many);
      await eventually(() => letters.length === many, 20_000);
      await handlesGoodOnes();
    },
  );

  it('settles any message in bounded time, loses none, and handles those behind it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(hostileMessage({ types, limitBytes }), { minLength: 1, maxLength: 4 }),
        async (messages) => {
          const before = letters.length;
          const taken = await send(target, messages);
          await handlesGoodOnes();
          await eventually(() => letters.length === before + taken, 20_000);
        },
      ),
      { numRuns, endOnFailure: true },
    );
  }, 120_000);
});

it('says in a dead letter what of the message was cut or replaced, and keeps the rest', async () => {
  const body = Buffer.alloc(limitBytes + 1, 0x20);
  await send(commands, [ofType(notUtf8), ofType(Buffer.from('unknown'), body)]);
  await eventually(() => letters.length === 2, 20_000);
  const [first, second] = [...letters].sort((a, b) => a.body.length - b.body.length);
  expect(first).toMatchObject({
    code: 'unknown_message',
    queue: commandQueue('orchestrator'),
    bodyBytes: undefined,
  });
  expect(first?.reason).toContain('[Altered: type cut, or characters in it replaced.]');
  expect(first?.body.toString()).toBe('{}');
  expect(second).toMatchObject({ code: 'message_too_large', type: 'unknown', bodyBytes: limitBytes + 1 });
  expect(second?.reason).toContain(
    `body cut to ${limitBytes} of ${limitBytes + 1} bytes, sha256 ${sha256Hex(body)}`,
  );
  expect(second?.body.equals(body.subarray(1))).toBe(true);
});

describe('the keeper of dead letters', () => {
  const letterOf = (type: string): RawMessage => ofType(Buffer.from(type), Buffer.from(`"${type}"`));

  it('stores less of a letter that its store refuses, and every other letter meanwhile', async () => {
    storing = ({ type, body }) => {
      if (type === 'without texts') throw new FailureException(failure('validation', 'text_invalid', 'No.'));
      if (body.includes('without body')) throw new RangeError('the stack is exhausted');
    };
    // As many of them as its prefetch.
    const refused = Array.from({ length: 8 }, (_, index) =>
      letterOf(index % 2 ? 'without body' : 'without texts'),
    );
    await send(deadOf('services'), [...refused, letterOf('good')]);
    await eventually(() => letters.some(({ type }) => type === 'good'));
    await eventually(() => letters.length === 9, 25_000);
    const altered = letters.filter(({ code }) => code === 'unstorable_message');
    expect(altered.map(({ body }) => body.toString()).sort()).toEqual([
      ...Array<string>(4).fill(''),
      ...Array<string>(4).fill('"without texts"'),
    ]);
    for (const { body, bodyBytes, reason } of altered) {
      const original = Buffer.from(body.length > 0 ? '"without texts"' : '"without body"');
      expect(reason).toContain(`${original.length} bytes, sha256 ${sha256Hex(original)}`);
      expect(bodyBytes).toBe(body.length > 0 ? undefined : original.length);
    }
  }, 60_000);
});

describe('questions and answers', () => {
  let asker: Messaging;
  beforeEach(async () => {
    asker = await broker.as('gateway');
  });

  /** An answer to a forged address may cost the server its connection; who asks again then is answered. */
  const isAnswered = (): Promise<boolean> =>
    eventually(
      async () => (await asker.queries.ask(getWorkflow, getWorkflow.sample, { timeoutMs: 1_000 })).ok,
    );
  const queries: Target = { vhost: 'services', exchange: exchanges.queries, routingKey: getWorkflow.key };
  const replyTo = fc.option(
    fc
      .constantFrom(
        notUtf8,
        Buffer.from('amq.rabbitmq.reply-to'),
        Buffer.from('amq.rabbitmq.reply-to.g1h2.x=='),
      )
      .map((address) => shortString(address)),
    { nil: undefined },
  );

  it('answers good questions behind any hostile ones', async () => {
    await expect(isAnswered()).resolves.toBe(true);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(hostileMessage({ types, limitBytes }), replyTo), { minLength: 1, maxLength: 4 }),
        async (asked) => {
          const messages = asked.map(([{ properties, body }, address]) => ({
            properties: address === undefined ? properties : { ...properties, replyTo: address },
            body,
          }));
          await send(queries, messages);
          await expect(isAnswered()).resolves.toBe(true);
        },
      ),
      { numRuns, endOnFailure: true },
    );
  }, 120_000);

  it('settles a question to which hostile answers come, and understands the good one', async () => {
    await app.close();
    const impostor = await broker.connect('services');
    const channel = await impostor.createConfirmChannel();
    let answers: readonly RawMessage[] = [];
    await channel.consume(
      queryQueue('orchestrator'),
      (question) => {
        if (question === null) return;
        const { replyTo: address, correlationId } = question.properties as {
          replyTo: string;
          correlationId: string;
        };
        const to: Target = { vhost: 'services', exchange: '', routingKey: address };
        const id = shortString(Buffer.from(correlationId));
        void (async () => {
          for (const { properties, body } of answers) {
            await sendOne(to, { properties, body });
            await sendOne(to, { properties: { ...properties, correlationId: id }, body });
          }
          const good = Buffer.from(JSON.stringify(ok(getWorkflow.replySample)));
          channel.publish('', address, good, { correlationId });
        })();
      },
      { noAck: true },
    );
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.array(hostileMessage({ types, limitBytes }), { minLength: 0, maxLength: 2 }),
          async (hostile) => {
            answers = hostile;
            const reply = await asker.queries.ask(getWorkflow, getWorkflow.sample, { timeoutMs: 10_000 });
            // The broker itself drops some of them.
            if (!reply.ok) expect(reply.error.code).toBe('invalid_reply');
          },
        ),
        { numRuns, endOnFailure: true },
      );
      answers = [];
      await expect(isAnswered()).resolves.toBe(true);
    } finally {
      await impostor.close();
    }
  }, 120_000);
});
