import { Controller } from '@nestjs/common';
import {
  agentQueues,
  agentRoutingKey,
  commandMessage,
  commandQueue,
  deadQueue,
  eventMessage,
  exchanges,
  projectRegistered,
  livenessChanged,
  progress,
  startWorkflow,
  changeMaterialised,
  type PayloadOf,
} from '@ymera/contracts';
import { failure, FailureException, uuidv7 } from '@ymera/kernel';
import type { GetMessage } from 'amqplib';
import { OnAgentMessage, OnCommand, OnEvent } from '../decorators';
import { dead, retry, type Disposition } from '../disposition';
import { headerNames } from '../headers';
import type { Received } from '../received';
import { startApp, type TestApp } from '../testing/app';
import { eventually } from '../testing/eventually';
import { startTestBroker, type TestBroker } from '../testing/test-broker';

type Liveness = Received<PayloadOf<typeof livenessChanged>>;
type Start = Received<PayloadOf<typeof startWorkflow>>;
type Progress = Received<PayloadOf<typeof progress>>;

let events: Liveness[];
let commands: Start[];
let progressed: Progress[];
/** What the command handler does; the tests set it. */
let onCommand: (message: Start) => Promise<Disposition | void>;

@Controller()
class Handlers {
  @OnEvent(livenessChanged)
  async liveness(message: Liveness): Promise<void> {
    events.push(message);
    return Promise.resolve();
  }

  @OnCommand(startWorkflow)
  async start(message: Start): Promise<Disposition | void> {
    commands.push(message);
    return onCommand(message);
  }

  @OnAgentMessage(agentQueues.results, progress)
  async progress(message: Progress): Promise<void> {
    progressed.push(message);
    return Promise.resolve();
  }
}

let broker: TestBroker;
let app: TestApp;

beforeAll(async () => {
  broker = await startTestBroker();
});
afterAll(() => broker.remove());

beforeEach(async () => {
  events = [];
  commands = [];
  progressed = [];
  onCommand = async () => Promise.resolve();
  app = await startApp(broker, Handlers, { maxAttempts: 3, retryBaseMs: 1 });
});
afterEach(() => app.close());

const stamp = (age = 0) => ({ id: uuidv7(Date.now() - age), time: new Date() });
const order = (age = 0) => commandMessage(startWorkflow, startWorkflow.sample, stamp(age));

/** Takes the next message of a queue, from beside the application. */
async function take(vhost: 'services' | 'agents', queue: string): Promise<GetMessage> {
  const connection = await broker.connect(vhost);
  try {
    const channel = await connection.createChannel();
    return await eventually(() => channel.get(queue, { noAck: true }));
  } finally {
    await connection.close();
  }
}

async function depth(vhost: 'services' | 'agents', queue: string): Promise<number> {
  const connection = await broker.connect(vhost);
  const channel = await connection.createChannel();
  const { messageCount } = await channel.checkQueue(queue);
  await connection.close();
  return messageCount;
}

const headerOf = (message: GetMessage, name: string): unknown => message.properties.headers?.[name];

it('hands a fact to its handler, with the aggregate and its version', async () => {
  const fact = { aggregateId: 'tester-1', aggregateVersion: 7, payload: livenessChanged.sample };
  const sent = stamp();
  await app.messaging.publisher.publish(eventMessage(livenessChanged, fact, sent));
  const [received] = await eventually(() => events.length === 1 && events);
  expect(received).toMatchObject({
    id: sent.id,
    type: livenessChanged.key,
    aggregateId: 'tester-1',
    aggregateVersion: 7,
    attempts: 1,
    payload: livenessChanged.sample,
  });
});

it('settles a message only after its handler has', async () => {
  let finish = (): void => undefined;
  onCommand = () => new Promise((resolve) => (finish = resolve));
  await app.messaging.publisher.publish(order());
  await eventually(() => commands.length === 1);
  await app.close();
  // Closed before the handler was done: the message is the broker's again.
  finish();
  const message = await take('services', commandQueue('orchestrator'));
  expect(message.fields.redelivered).toBe(true);
}, 20_000);
