import { Controller } from '@nestjs/common';
import {
  agentQueues,
  agentRoutingKey,
  commandMessage,
  deadQueue,
  eventMessage,
  exchanges,
  getWorkflow,
  livenessChanged,
  progress,
  startWorkflow,
  workflowStarted,
  type ReplyOf,
} from '@ymera/contracts';
import { ok, silentLogger, uuidv7, type Result } from '@ymera/kernel';
import { OnAgentMessage, OnCommand, OnEvent, OnQuery } from './decorators';
import type { ReceivedDeadLetter } from './dead-letters/dead-letter';
import { dead, retry, type Disposition } from './disposition';
import { headerNames } from './headers';
import { createMessaging, type Messaging } from './messaging';
import { startApp, type TestApp } from './testing/app';
import { take } from './testing/broker-view';
import { eventually } from './testing/eventually';
import { startTestBroker, type TestBroker } from './testing/test-broker';

let seen: string[];
let isPoison = false;

@Controller()
class Handlers {
  @OnCommand(startWorkflow)
  async command({ attempts }: { readonly attempts: number }): Promise<Disposition | void> {
    seen.push(`command ${attempts}`);
    return Promise.resolve(attempts === 1 ? retry(1, 'again') : undefined);
  }

  @OnEvent(livenessChanged)
  async event(): Promise<Disposition> {
    seen.push('event');
    return Promise.resolve(dead('unwanted', 'no'));
  }

  @OnAgentMessage(agentQueues.results, progress)
  async fromAgent(message: {
    readonly principalId?: string;
    readonly attempts: number;
  }): Promise<Disposition | void> {
    seen.push(`agent ${message.principalId} ${message.attempts}`);
    if (isPoison && !seen.includes('mended')) return Promise.resolve(dead('unwanted', 'no'));
    return Promise.resolve(message.attempts === 1 && !isPoison ? retry(1, 'again') : undefined);
  }

  @OnQuery(getWorkflow)
  async query(): Promise<Result<ReplyOf<typeof getWorkflow>>> {
    return Promise.resolve(ok(getWorkflow.reply.parse(getWorkflow.replySample)));
  }
}

/** Everything here runs with the rights that the contracts give to the services, not with an administrator's. */
let broker: TestBroker;
let app: TestApp;
const others: Messaging[] = [];

const as = async (service: 'gateway' | 'coordinator' | 'reporting'): Promise<Messaging> => {
  const messaging = createMessaging({
    url: await broker.addServiceUser(service),
    vhost: broker.vhosts.services,
    agentsVhost: broker.vhosts.agents,
    service,
    logger: silentLogger,
  });
  others.push(messaging);
  return messaging;
};
const stamp = () => ({ id: uuidv7(), time: new Date() });

beforeAll(async () => {
  broker = await startTestBroker();
  app = await startApp(broker, Handlers, { url: await broker.addServiceUser('orchestrator') });
});
afterAll(async () => {
  await app.close();
  await Promise.all(others.map((messaging) => messaging.close()));
  await broker.remove();
});
beforeEach(() => {
  seen = [];
});

it('asks and answers', async () => {
  const gateway = await as('gateway');
  await expect(gateway.queries.ask(getWorkflow, getWorkflow.sample)).resolves.toMatchObject({ ok: true });
});

it('orders, and brings an order back to its queue', async () => {
  const coordinator = await as('coordinator');
  await coordinator.publisher.publish(commandMessage(startWorkflow, startWorkflow.sample, stamp()));
  await eventually(() => app.delayed.scheduled.length === 1);
  await app.delayed.publishAll(app.messaging.publisher);
  await eventually(() => seen.includes('command 2'));
});

it('tells facts of its own, not those of others, and lays facts aside', async () => {
  const reporting = await as('reporting');
  const fact = { aggregateId: 'a', aggregateVersion: 1, payload: livenessChanged.sample };
  await reporting.publisher.publish(eventMessage(livenessChanged, fact, stamp()));
  await eventually(() => seen.includes('event'));
  await take(broker, 'services', deadQueue('orchestrator'));
  // Another's dead letters are not its to read: the broker closes the channel.
  const connection = await broker.connect('services', await broker.addServiceUser('reporting'));
  const channel = await connection.createChannel();
  channel.on('error', () => undefined);
  await expect(channel.checkQueue(deadQueue('orchestrator'))).resolves.toBeDefined();
  await expect(channel.get(deadQueue('orchestrator'))).rejects.toThrow('ACCESS_REFUSED');
  await connection.close();
  const foreign = eventMessage(workflowStarted, { ...fact, payload: workflowStarted.sample }, stamp());
  await expect(reporting.publisher.publish(foreign)).rejects.toMatchObject({
    failure: { code: 'publish_unconfirmed' },
  });
});

it('takes a result of an agent, brings it back, and still knows whose it is', async () => {
  const name = `runner-${uuidv7().slice(-6)}`;
  const connection = await broker.connect('agents', await broker.addUser(name));
  const channel = await connection.createConfirmChannel();
  const body = Buffer.from(JSON.stringify(progress.sample));
  channel.publish(exchanges.agentsIn, agentRoutingKey('result', 0, name), body, {
    type: 'progress',
    userId: name,
  });
  await channel.waitForConfirms();
  await connection.close();
  await eventually(() => app.delayed.scheduled.length === 1);
  await app.delayed.publishAll(app.messaging.publisher);
  await eventually(() => seen.length === 2);
  expect(seen).toEqual([`agent ${name} 1`, `agent ${name} 2`]);
});

it('lets the keeper empty every dead-letter queue, and send a result back under its agent’s name', async () => {
  isPoison = true;
  const letters: ReceivedDeadLetter[] = [];
  const keeper = app.messaging.keepDeadLetters(async (letter) => void letters.push(letter));
  await eventually(() => keeper.problems().length === 0);
  const name = `runner-${uuidv7().slice(-6)}`;
  const connection = await broker.connect('agents', await broker.addUser(name));
  const channel = await connection.createConfirmChannel();
  channel.publish(
    exchanges.agentsIn,
    agentRoutingKey('result', 0, name),
    Buffer.from(JSON.stringify(progress.sample)),
    { type: 'progress', userId: name, headers: { [headerNames.sender]: 'victim' } },
  );
  await channel.waitForConfirms();
  await connection.close();
  const letter = await eventually(() => letters.find(({ vhost }) => vhost === 'agents'));
  expect(letter).toMatchObject({ queue: 'orchestrator.results', code: 'unwanted', principalId: name });

  seen = ['mended'];
  await app.messaging.publisher.publish({
    messageId: letter.messageId ?? uuidv7(),
    vhost: 'agents',
    exchange: '',
    routingKey: 'orchestrator.results',
    type: 'progress',
    headers: letter.origin.headers,
    body: letter.body,
  });
  await eventually(() => seen.length === 2);
  expect(seen).toEqual(['mended', `agent ${name} 1`]);
});
