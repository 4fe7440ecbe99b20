import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'amqplib';
import { exchanges, landChange } from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import { eventually } from '@ymera/testing';
import { type Ended, repositoryRoot, runNode } from './support/commands';
import { call, type RunningPlatform, startTestPlatform } from './support/platform';
import { git, Repositories, workingProject } from './support/repositories';
import { approvePlans, approveUntilEnded, registerProject, submit } from './support/requests';

type Body = Record<string, any>;
type Operator = 'admin' | 'requester';

const better = "echo '// better' >> src/sum.mjs\n";
const text = 'Fix the wrong sum';
const reason = 'Looking at what the agents do.';

jest.setTimeout(90_000);

/** Real: platform, broker, agents, git, and the command line as operators use it. */
// Mission: G1
describe('operator controls', () => {
  const repositories = new Repositories();
  let platform: RunningPlatform;

  beforeAll(async () => {
    platform = await startTestPlatform({
      instance: 'e2e-operations',
      runner: { agents: ['testing', 'examination', 'command'], command: 'sh ./change.sh' },
    });
  }, 150_000);
  afterAll(async () => {
    await platform?.stop();
    repositories.remove();
  }, 30_000);

  const ymera = (as: Operator, ...args: string[]): Promise<Ended> =>
    runNode(
      [join(repositoryRoot, 'services/cli/dist/main.js'), ...args, '--json'],
      { ...process.env, YMERA_URL: platform.urls['gateway'], YMERA_TOKEN_FILE: platform.tokenFiles[as] },
      30_000,
    );
  const done = async (...args: string[]): Promise<Body> => {
    const ended = await ymera('admin', ...args);
    expect([ended.code, ended.code === 0 ? '' : ended.stdout + ended.stderr]).toEqual([0, '']);
    return ended.json();
  };
  const refusal = async (as: Operator, ...args: string[]): Promise<unknown> => {
    const ended = await ymera(as, ...args);
    return [ended.code === 0, ended.json()['error']?.code];
  };

  const controls = async (): Promise<Body> =>
    (await call(platform, 'viewer', 'GET', '/api/v1/controls')).body;
  const steps = async (workflowId: string): Promise<Body[]> =>
    (await call(platform, 'viewer', 'GET', `/api/v1/workflows/${workflowId}`)).body['steps'];
  const asked = async (name: string): Promise<{ readonly request: Body; readonly repository: string }> => {
    const project = await registerProject(platform, repositories.create(name, workingProject, better));
    const { body } = await submit(platform, project.id, text);
    return { request: body, repository: project.repository };
  };

  it('offer no task to an agent while dispatch is paused, and continue the work afterwards', async () => {
    await done('dispatch', 'pause', '--reason', reason);
    expect(await refusal('requester', 'dispatch', 'resume', '--reason', reason)).toEqual([
      false,
      'not_allowed',
    ]);
    const { request } = await asked('paused-dispatch');
    await approvePlans(platform, [request['request_id']], 20_000);
    await eventually(async () => expect((await controls())['dispatch'].waiting).toBe(2));
    const waiting = await steps(request['workflow_id']);
    expect(waiting.filter(({ attempts }) => attempts > 0)).toEqual([]);
    expect(await controls()).toMatchObject({
      dispatch: { state: 'paused', changed_by: 'admin', reason },
      landing: { state: 'running' },
    });
    await done('dispatch', 'resume', '--reason', 'They do well.');
    const { request: ended } = await approveUntilEnded(platform, request['request_id'], 60_000);
    expect([ended['state'], ended['error']]).toEqual(['completed', null]);
  });

  it('move no branch while landing is paused, and land the waiting change afterwards', async () => {
    const { request, repository } = await asked('paused-landing');
    const base = git(repository, 'rev-parse', 'refs/heads/main');
    await done('landing', 'pause', '--reason', reason);
    const ending = approveUntilEnded(platform, request['request_id'], 60_000);
    await eventually(async () => expect((await controls())['landing'].waiting).toBe(1), {
      timeoutMs: 45_000,
    });
    expect(git(repository, 'rev-parse', 'refs/heads/main')).toBe(base);
    const overview = await ymera('admin', 'overview');
    expect(overview.stdout).toContain(reason);
    await done('landing', 'resume', '--reason', 'They do well.');
    const { request: ended } = await ending;
    expect([ended['state'], ended['error']]).toEqual(['completed', null]);
    expect(git(repository, 'rev-parse', 'refs/heads/main^')).toBe(base);
  });

  it('end a request at once that is canceled while its landing waits, and never land it', async () => {
    const { request, repository } = await asked('withdrawn-landing');
    const base = git(repository, 'rev-parse', 'refs/heads/main');
    await done('landing', 'pause', '--reason', reason);
    const ending = approveUntilEnded(platform, request['request_id'], 60_000);
    await eventually(async () => expect((await controls())['landing'].waiting).toBe(1), {
      timeoutMs: 45_000,
    });
    await done('requests', 'cancel', String(request['request_id']), 'Not needed any more.');
    const { request: ended } = await ending;
    expect(ended['state']).toBe('canceled');
    expect(await controls()).toMatchObject({ landing: { state: 'paused', waiting: 0 } });
    await done('landing', 'resume', '--reason', 'They do well.');
    const { request: next } = await asked('after-the-pause');
    await approveUntilEnded(platform, next['request_id'], 60_000);
    expect(git(repository, 'rev-parse', 'refs/heads/main')).toBe(base);
  });

  it('list a dead letter with its reason, raise an alert, and replay it once', async () => {
    const messageId = uuidv7();
    await publishOrder(platform, { messageId, by: 'orchestrator', payload: { broken: true } });
    const letter = await eventually(async () => {
      const { items } = await done('dlq', 'list', '--owner', 'integration');
      const found = (items as Body[]).find(({ message_id }) => message_id === messageId);
      if (!found) throw new Error('it is not there yet');
      return found;
    });
    expect(letter).toMatchObject({
      owner: 'integration',
      type: 'integration.land_change.v1',
      code: 'invalid_payload',
      state: 'pending',
      deaths: 1,
    });
    const id = String(letter['dead_letter_id']);
    expect(await done('dlq', 'show', id)).toMatchObject({ body: '{"broken":true}', replay_refusal: null });
    const alerts = async (...all: string[]): Promise<Body[]> => (await done('alerts', ...all))['items'];
    await eventually(async () =>
      expect((await alerts()).map(({ link }) => link)).toContain(`/api/v1/dead-letters/${id}`),
    );
    expect(await refusal('requester', 'dlq', 'replay', id)).toEqual([false, 'not_allowed']);
    await done('dlq', 'replay', id);
    // The cause is not fixed: the message is dead-lettered again, as the same dead letter.
    await eventually(async () =>
      expect(await done('dlq', 'show', id)).toMatchObject({
        state: 'died_again',
        deaths: 2,
        replayed_by: 'admin',
      }),
    );
    expect(await refusal('admin', 'dlq', 'replay', uuidv7())).toEqual([false, 'dead_letter_not_found']);
  });

  it('lay aside an order to land of a service that may not order it, and refuse its replay', async () => {
    for (const by of ['gateway', 'coordinator', 'registry'] as const) {
      const messageId = uuidv7();
      // By the exchange of commands the broker refuses it; by the default exchange it reaches the queue.
      await expect(publishOrder(platform, { messageId, by, payload: landChange.sample })).rejects.toThrow();
      const queue = 'integration.commands';
      await publishOrder(platform, { messageId, by, payload: landChange.sample, queue });
      const letter = await eventually(async () => {
        const { items } = await done('dlq', 'list', '--owner', 'integration');
        const found = (items as Body[]).find(({ message_id }) => message_id === messageId);
        if (!found) throw new Error('it is not there yet');
        return found;
      });
      expect(letter).toMatchObject({ type: landChange.key, code: 'sender_not_allowed', state: 'pending' });
      expect(letter['reason']).toContain(`not from svc-${by}`);
      expect(await refusal('admin', 'dlq', 'replay', String(letter['dead_letter_id']))).toEqual([
        false,
        'dead_letter_not_replayable',
      ]);
    }
  });

  it('cancel a request once, and reject the cancel of an ended or unknown request with its code', async () => {
    await done('dispatch', 'pause', '--reason', reason);
    const { request } = await asked('canceled');
    const id = String(request['request_id']);
    await done('requests', 'cancel', id, 'Not needed any more.');
    await eventually(async () =>
      expect((await call(platform, 'viewer', 'GET', `/api/v1/requests/${id}`)).body['state']).toBe(
        'canceled',
      ),
    );
    expect(await refusal('admin', 'requests', 'cancel', id, 'Once more.')).toEqual([false, 'request_ended']);
    expect(await refusal('admin', 'requests', 'cancel', uuidv7(), 'Unknown.')).toEqual([
      false,
      'request_not_found',
    ]);
    await done('dispatch', 'resume', '--reason', 'Enough seen.');
  });
});

interface ForgedOrder {
  readonly messageId: string;
  /** The service whose broker user sends it. */
  readonly by: 'gateway' | 'coordinator' | 'registry' | 'orchestrator';
  readonly payload: object;
  /** Straight to this queue, by the default exchange. */
  readonly queue?: string;
}

/** An order to land, as one who has taken a service can send it. Rejects when the broker does not take it. */
async function publishOrder(
  { urls, logs }: RunningPlatform,
  { messageId, by, payload, queue }: ForgedOrder,
): Promise<void> {
  const secrets = JSON.parse(readFileSync(join(logs, '..', 'secrets', 'secrets.json'), 'utf8')) as {
    readonly rabbitmq: Readonly<Record<string, string>>;
  };
  const { hostname, port } = new URL(urls['rabbitmq'] ?? '');
  const username = `svc-${by}`;
  const connection = await connect({
    hostname,
    port: Number(port),
    username,
    password: secrets.rabbitmq[by] ?? '',
    vhost: '/ymera',
  });
  try {
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => undefined);
    const type = landChange.key;
    const properties = { messageId, type, userId: username, persistent: true, mandatory: true };
    const body = Buffer.from(JSON.stringify(payload));
    channel.publish(queue === undefined ? exchanges.commands : '', queue ?? type, body, properties);
    await channel.waitForConfirms();
  } finally {
    await connection.close();
  }
}
