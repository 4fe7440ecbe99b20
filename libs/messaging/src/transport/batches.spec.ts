import { Controller } from '@nestjs/common';
import {
  agentQueues,
  agentRoutingKey,
  deadQueue,
  eventMessage,
  eventQueue,
  exchanges,
  livenessChanged,
  report,
  reportQueue,
  sessionOpened,
  type OutgoingMessage,
  type PayloadOf,
} from '@ymera/contracts';
import { failure, FailureException, sleep, uuidv7 } from '@ymera/kernel';
import { OnAgentBatch, OnEventBatch } from '../decorators';
import { ack, dead, type Disposition } from '../disposition';
import { headerNames } from '../headers';
import type { Received } from '../received';
import { startApp, type TestApp } from '../testing/app';
import { ready, take } from '../testing/broker-view';
import { eventually } from '../testing/eventually';
import { startTestBroker, type TestBroker } from '../testing/test-broker';

type Facts = Received<PayloadOf<typeof livenessChanged | typeof sessionOpened>>[];
type Reports = Received<PayloadOf<typeof report>>[];

let batches: Facts[];
let reports: Reports[];
let onReports: () => Promise<void>;
let onBatch: (messages: Facts) => Promise<Disposition[] | void>;

@Controller()
class Handlers {
  @OnEventBatch([livenessChanged, sessionOpened], { max: 50, waitMs: 20 })
  async facts(messages: Facts): Promise<Disposition[] | void> {
    batches.push(messages);
    return onBatch(messages);
  }

  @OnAgentBatch([reportQueue(0), agentQueues.events], report, { max: 50, waitMs: 20, consume: 'assignment' })
  async reports(messages: Reports): Promise<void> {
    reports.push(messages);
    return onReports();
  }
}

let broker: TestBroker;
let app: TestApp;
const queue = eventQueue('orchestrator');

beforeAll(async () => {
  broker = await startTestBroker();
});
afterAll(() => broker.remove());
beforeEach(async () => {
  batches = [];
  reports = [];
  onBatch = async () => Promise.resolve();
  onReports = async () => Promise.resolve();
  app = await startApp(broker, Handlers);
});
afterEach(() => app.close());

const fact = (agent: string): OutgoingMessage =>
  eventMessage(
    livenessChanged,
    { aggregateId: agent, aggregateVersion: 1, payload: { ...livenessChanged.sample, agent_id: agent } },
    { id: uuidv7(), time: new Date() },
  );
const facts = (count: number): OutgoingMessage[] =>
  Array.from({ length: count }, (_, index) => fact(`agent-${index}`));
const agentsOf = (messages: Facts): string[] => messages.map(({ aggregateId }) => aggregateId ?? '');
const isEmpty = async (): Promise<boolean> => (await ready(broker, 'services', queue)) === 0;

it('hands over many facts at once, of several types, and acknowledges them', async () => {
  const opened = eventMessage(
    sessionOpened,
    { aggregateId: 'runner-1', aggregateVersion: 1, payload: sessionOpened.sample },
    { id: uuidv7(), time: new Date() },
  );
  await broker.send(...facts(100), opened);
  const all = await eventually(() => batches.flat().length === 101 && batches.flat());
  expect(new Set(all.map(({ type }) => type))).toEqual(new Set([livenessChanged.key, sessionOpened.key]));
  expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(50);
  expect(batches.length).toBeLessThan(20);
  await app.close();
  await expect(isEmpty()).resolves.toBe(true);
});

it('finds the poisoned message of a batch and lets the others through', async () => {
  const done: string[] = [];
  onBatch = (messages) => {
    if (agentsOf(messages).includes('agent-17'))
      return Promise.reject(new FailureException(failure('validation', 'poisoned', 'Cannot be stored.')));
    done.push(...agentsOf(messages));
    return Promise.resolve();
  };
  await broker.send(...facts(40));
  const letter = await take(broker, 'services', deadQueue('orchestrator'));
  expect(letter.properties.headers?.[headerNames.code]).toBe('poisoned');
  await eventually(() => done.length === 39);
  expect(new Set(done).size).toBe(39);
  // Found by halving: some ten calls, not forty.
  expect(batches.length).toBeLessThan(25);
  await app.close();
  await expect(isEmpty()).resolves.toBe(true);
});

it('lays an unreadable message aside without its batch noticing', async () => {
  const unreadable = { ...fact('agent-x'), body: Buffer.from('{}') };
  await broker.send(fact('agent-0'), unreadable, fact('agent-1'));
  const letter = await take(broker, 'services', deadQueue('orchestrator'));
  expect(letter.properties.headers?.[headerNames.code]).toBe('invalid_payload');
  await eventually(() => batches.flat().length === 2);
  expect(agentsOf(batches.flat())).toEqual(['agent-0', 'agent-1']);
});

it('carries out one disposition for each message', async () => {
  onBatch = (messages) =>
    Promise.resolve(
      agentsOf(messages).map((agent) => (agent === 'agent-1' ? dead('unwanted', 'no') : ack())),
    );
  await broker.send(...facts(3));
  const letter = await take(broker, 'services', deadQueue('orchestrator'));
  expect(letter.properties.headers?.[headerNames.code]).toBe('unwanted');
  await app.close();
  await expect(isEmpty()).resolves.toBe(true);
});

it('pauses as a whole while the database is away, and bisects nothing', async () => {
  let isUnavailable = true;
  onBatch = () =>
    isUnavailable
      ? Promise.reject(new FailureException(failure('unavailable', 'database_unavailable', 'Away.')))
      : Promise.resolve();
  await broker.send(...facts(10));
  await eventually(() => batches.length >= 2);
  isUnavailable = false;
  const [first = [], second = []] = batches;
  expect(agentsOf(second)).toEqual(agentsOf(first));
  await eventually(() => new Set(agentsOf(batches.slice(2).flat())).size === 10);
});

/** As an agent sends it. */
async function sendReport(to: 'report' | 'event' = 'report'): Promise<void> {
  const connection = await broker.connect('agents');
  const channel = await connection.createConfirmChannel();
  const body = Buffer.from(JSON.stringify(report.sample));
  const properties = { type: 'report', userId: broker.user };
  channel.publish(exchanges.agentsIn, agentRoutingKey(to, 0, 'runner-1'), body, properties);
  await channel.waitForConfirms();
  await connection.close();
}

it('consumes an assigned queue only while it is assigned', async () => {
  await sendReport();
  expect(await ready(broker, 'agents', reportQueue(0))).toBe(1);
  await app.transport.assign(reportQueue(0));
  await eventually(() => reports.flat().length === 1);
  await app.transport.release(reportQueue(0));
  await sendReport();
  expect(await ready(broker, 'agents', reportQueue(0))).toBe(1);
  expect(reports.flat()).toHaveLength(1);
  await app.transport.assign(reportQueue(0));
  await eventually(() => reports.flat().length === 2);
});

it('begins with a queue again only when the last handler of the time before is done', async () => {
  // Not a queue with a single active consumer, where the broker would wait for us.
  const queue = agentQueues.events;
  let isWorking = false;
  let overlaps = 0;
  onReports = async () => {
    if (isWorking) overlaps += 1;
    isWorking = true;
    await sleep(400);
    isWorking = false;
  };
  await app.transport.assign(queue);
  await sendReport('event');
  await eventually(() => isWorking);
  const moved = Promise.all([app.transport.release(queue), app.transport.assign(queue)]);
  await sendReport('event');
  await moved;
  await eventually(() => reports.flat().length === 2 && !isWorking);
  expect(overlaps).toBe(0);
});
