import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@ymera/testing';
import { repositoryRoot } from './support/commands';
import { call, demo, type RunningPlatform, startTestPlatform } from './support/platform';
import { processesLike, whenGone } from './support/process-watch';
import { git, Repositories, workingProject } from './support/repositories';
import { approvePlans, registerProject, submit } from './support/requests';

/** Slow enough to be killed in the middle, and deterministic. */
const slowly = "sleep 3\necho '// better' >> src/sum.mjs\n";
const fix = 'Fix the wrong sum';

describe('agents that join and die', () => {
  const repositories = new Repositories();
  const children: ChildProcess[] = [];
  let platform: RunningPlatform;

  beforeAll(async () => {
    platform = await startTestPlatform({
      instance: 'e2e-agents',
      runner: { agents: ['testing', 'examination', 'command'], command: 'sh ./change.sh' },
      env: { YMERA_TASK_TIMEOUT_SECONDS: '20' },
    });
  }, 120_000);

  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await platform?.stop();
    repositories.remove();
  }, 30_000);

  const enrolment = async (kind: 'principal' | 'agent'): Promise<string> => {
    const { body } = await call(platform, 'admin', 'POST', '/api/v1/enrolments', { kind });
    return body['enrolment_token'];
  };

  const start = (command: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess => {
    const child = spawn(command, args, {
      env,
      cwd: repositoryRoot,
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: false,
    });
    children.push(child);
    return child;
  };

  /** The active step of a running workflow, and its agent. */
  const working = async (type: string): Promise<Record<string, any> | undefined> => {
    const { body } = await call(platform, 'viewer', 'GET', '/api/v1/workflows?state=running');
    const items = body['items'] as { steps: Record<string, any>[] }[];
    return items
      .flatMap(({ steps }) => steps)
      .find((step) => step['agent_type'] === type && step['state'] === 'running');
  };

  // Mission: A1
  it('registers an agent once for repeated and concurrent calls, and rejects invalid names', async () => {
    const register = async (token: string, body: Record<string, unknown>, key: string) => {
      const response = await fetch(new URL('/api/v1/agents/register', platform.urls['gateway']), {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'idempotency-key': key,
        },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(10_000),
      });
      const answer = (await response.json()) as Record<string, unknown>;
      return { status: response.status, code: answer['code'], answer };
    };
    const token = await enrolment('agent');
    const agent = { agent_id: 'by-http', agent_type: 'LEARNING', capabilities: ['any'], config: { room: 1 } };
    const invalid = [
      { ...agent, agent_id: '_a' },
      { ...agent, capabilities: [] },
      { ...agent, capabilities: Array.from({ length: 51 }, (_, index) => `c${index}`) },
    ];
    for (const [index, body] of invalid.entries())
      expect(await register(token, body, `bad-${index}`)).toMatchObject({
        status: 400,
        code: 'invalid_request',
      });

    const first = await register(token, agent, 'once');
    expect(first).toMatchObject({ status: 201, answer: { agent, principal: expect.any(Object) } });
    expect(await register(token, agent, 'once')).toEqual(first);
    expect(await register(token, { ...agent, config: {} }, 'once')).toMatchObject({ status: 409 });
    expect(await register(await enrolment('agent'), agent, 'other')).toMatchObject({
      status: 409,
      code: 'agent_exists',
    });
    const { body } = await call(platform, 'viewer', 'GET', '/api/v1/agents/by-http');
    expect(body).toMatchObject(agent);
  });

  // Mission: A7
  it('a command that hangs past its deadline fails its task, and its processes are gone', async () => {
    const repo = repositories.create('hangs', workingProject, 'sleep 86423 & sleep 86423\n');
    const head = git(repo, 'for-each-ref');
    const ended = await demo(platform, ['--repo', repo, '--request', fix]);
    const result = ended.json();
    expect([ended.code, result['state'], result['error']]).toEqual([
      1,
      'failed',
      expect.objectContaining({ code: 'agent_failed', message: expect.stringMatching(/\S+ \S+/) }),
    ]);
    expect(result['commit'] ?? null).toBeNull();
    expect(git(repo, 'for-each-ref')).toBe(head);
    expect(processesLike(/^(sleep 86423)$/)).toEqual(new Map());
  }, 120_000);

  // Mission: B7
  it('completes the task of a killed runner by another agent of its type', async () => {
    const token = repositories.path('second-runner-token');
    writeFileSync(token, await enrolment('principal'), { mode: 0o600 });
    start(process.execPath, [join(repositoryRoot, 'services/agent-runner/dist/main.js')], {
      ...process.env,
      YMERA_GATEWAY_URL: platform.urls['gateway'],
      YMERA_ENROLMENT_TOKEN_FILE: token,
      YMERA_STATE_DIR: repositories.path('second-runner'),
      YMERA_RUNNER_NAME: 'second-runner',
      YMERA_RUNNER_AGENTS: 'command',
      YMERA_RUNNER_COMMAND: 'sh ./change.sh',
      YMERA_HOST_PATH_DIRS: join(process.execPath, '..'),
      YMERA_HTTP_PORT: '0',
      YMERA_LOG_LEVEL: 'warn',
    });
    const second = children.at(-1);
    await eventually(
      async () => {
        const { body } = await call(platform, 'viewer', 'GET', '/api/v1/agents?agent_type=CODING');
        expect((body['items'] as unknown[]).length).toBe(2);
      },
      { timeoutMs: 20_000 },
    );
    await eventually(
      async () => {
        const { body } = await call(platform, 'viewer', 'GET', '/api/v1/overview');
        expect((body['by_liveness'] as Record<string, number>)['online']).toBeGreaterThanOrEqual(4);
      },
      { timeoutMs: 20_000 },
    );

    const run = demo(platform, [
      '--repo',
      repositories.create('killed', workingProject, slowly),
      '--request',
      fix,
    ]);
    const held = await eventually(
      async () => {
        const step = await working('CODING');
        if (!step) throw new Error('no step is running');
        return step;
      },
      { timeoutMs: 30_000 },
    );
    if (String(held['agent_id']).includes('second-runner')) second?.kill('SIGKILL');
    else await platform.kill('agent-runner');

    const ended = await run;
    const result = ended.json();
    expect([ended.code, result['error']]).toEqual([0, undefined]);
    const fixed = (result['steps'] as Record<string, any>[]).find(({ name }) => name === 'fix');
    expect(fixed).toMatchObject({ state: 'completed', attempts: 2 });
    expect(fixed?.['agent_id']).not.toBe(held['agent_id']);
    second?.kill('SIGKILL');
    await platform.waitUntilReady('agent-runner');
  }, 120_000);

  it('keeps the task of the only agent until that agent returns', async () => {
    const run = demo(platform, [
      '--repo',
      repositories.create('waits', workingProject, slowly),
      '--request',
      fix,
    ]);
    await eventually(
      async () => {
        if (!(await working('CODING'))) throw new Error('no step is running');
      },
      { timeoutMs: 30_000 },
    );
    await platform.kill('agent-runner');
    const ended = await run;
    const result = ended.json();
    expect([ended.code, result['error']]).toEqual([0, undefined]);
    expect(result['state']).toBe('completed');
  }, 120_000);

  // Mission: A8
  it('runs the Python example agent, which joins, reports, tests a project and stops on a cancel', async () => {
    start('/usr/bin/python3', [join(repositoryRoot, 'libs/agent-sdk/examples/python/testing_agent.py')], {
      PATH: `${join(process.execPath, '..')}:${process.env['PATH'] ?? ''}`,
      YMERA_GATEWAY_URL: platform.urls['gateway'],
      YMERA_ENROLMENT: await enrolment('agent'),
      YMERA_AGENT_ID: 'python-tester',
    });
    await eventually(
      async () => {
        const { body } = await call(platform, 'viewer', 'GET', '/api/v1/agents/python-tester/status');
        expect(body['liveness']).toBe('online');
      },
      { timeoutMs: 20_000 },
    );
    const agents = (await call(platform, 'viewer', 'GET', '/api/v1/agents?agent_type=TESTING')).body[
      'items'
    ] as { agent_id: string }[];
    for (const { agent_id } of agents)
      if (agent_id !== 'python-tester')
        await call(platform, 'admin', 'POST', `/api/v1/agents/${agent_id}/retire`, {
          reason: 'The Python agent takes over.',
        });

    const ended = await demo(platform, [
      '--repo',
      repositories.create('python', workingProject, slowly),
      '--request',
      fix,
    ]);
    const result = ended.json();
    expect([ended.code, result['error']]).toEqual([0, undefined]);
    expect(result['tests']).toMatchObject({ passed: 1, failed: 0, tree: result['tree'] });
    const tested = (result['steps'] as Record<string, any>[]).find(({ name }) => name === 'test');
    expect(tested).toMatchObject({ agent_id: 'python-tester', state: 'completed' });

    const endless = { name: 'endless', private: true, scripts: { test: 'sleep 4177' } };
    const files = { ...workingProject, 'package.json': JSON.stringify(endless) };
    const { id } = await registerProject(platform, repositories.create('endless', files, slowly));
    const requestId = (await submit(platform, id, fix)).body['request_id'] as string;
    await approvePlans(platform, [requestId], 20_000);
    const sleeping = await eventually(
      () => {
        const found = processesLike(/^(sleep 4177)$/).get('sleep 4177');
        if (!found) throw new Error('the tests do not run yet');
        return found;
      },
      { timeoutMs: 30_000 },
    );
    const canceled = await call(platform, 'requester', 'POST', `/api/v1/requests/${requestId}/cancel`, {
      reason: 'No longer needed.',
    });
    expect(canceled.status).toBe(202);
    await whenGone(sleeping, 10_000);
    await eventually(
      async () => {
        const { body } = await call(platform, 'viewer', 'GET', `/api/v1/requests/${requestId}`);
        expect(body['state']).toBe('canceled');
      },
      { timeoutMs: 10_000 },
    );
  }, 120_000);
});
