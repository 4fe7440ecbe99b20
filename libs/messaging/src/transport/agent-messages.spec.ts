import { Controller } from '@nestjs/common';
import {
  agentQueues,
  agentRoutingKey,
  deadQueue,
  exchanges,
  progress,
  type PayloadOf,
} from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import type { GetMessage } from 'amqplib';
import { OnAgentMessage } from '../decorators';
import { headerNames } from '../headers';
import type { Received } from '../received';
import { startApp, type TestApp } from '../testing/app';
import { take } from '../testing/broker-view';
import { eventually } from '../testing/eventually';
import { startTestBroker, type TestBroker } from '../testing/test-broker';
type Progress = Received<PayloadOf<typeof progress>>;

let progressed: Progress[];

@Controller()
class Handlers {
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
  progressed = [];
  app = await startApp(broker, Handlers, { maxAttempts: 3, retryBaseMs: 1, drainMs: 300 });
});
afterEach(() => app.close());

const header = (message: GetMessage, name: string): unknown => message.properties.headers?.[name];

describe('messages from agents', () => {
  let agentUrl: string;
  const agent = `runner-${uuidv7().slice(-6)}`;
  beforeAll(async () => {
    agentUrl = await broker.addUser(agent);
  });

  async function report(options: {
    readonly userId?: string;
    readonly body?: Buffer;
    readonly type?: string;
  }) {
    const connection = await broker.connect('agents', agentUrl);
    const channel = await connection.createConfirmChannel();
    const key = agentRoutingKey('result', 0, agent);
    const { body = Buffer.from(JSON.stringify(progress.sample)), ...properties } = options;
    channel.publish(exchanges.agentsIn, key, body, { type: 'progress', ...properties });
    await channel.waitForConfirms();
    await connection.close();
  }
  const agentsLetter = (): Promise<GetMessage> => take(broker, 'agents', deadQueue('orchestrator'));

  it('come with the sender that the broker has validated', async () => {
    await report({ userId: agent });
    const [received] = await eventually(() => progressed.length === 1 && progressed);
    expect(received).toMatchObject({ principalId: agent, type: 'progress', payload: progress.sample });
  });

  it.each([
    ['without a sender', {}, 'identity_missing'],
    ['that are not UTF-8', { userId: agent, body: Buffer.from([0xff]) }, 'invalid_utf8'],
    ['that are nested too deep', { userId: agent, body: Buffer.from('['.repeat(1e5)) }, 'too_deep'],
    ['that are too large', { userId: agent, body: Buffer.alloc(1_048_577, 0x20) }, 'message_too_large'],
    ['of an unknown type', { userId: agent, type: 'gossip' }, 'unknown_message'],
  ])('are laid aside %s', async (_name, options, code) => {
    await report(options);
    const message = await agentsLetter();
    expect(header(message, headerNames.code)).toBe(code);
    expect(header(message, headerNames.sender)).toBe('userId' in options ? agent : undefined);
    expect(progressed).toEqual([]);
  });
});
