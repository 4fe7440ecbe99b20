import { join } from 'node:path';
import { connect } from 'amqplib';
import { eventually } from '@ymera/testing';
import { type Ended, repositoryRoot, runNode } from './support/commands';
import { OwnRunner } from './support/own-runner';
import { call, demo, type RunningPlatform, startTestPlatform } from './support/platform';
import { Repositories, workingProject } from './support/repositories';

/** Long enough to be stopped in the middle, and deterministic. */
const slowly = "sleep 2\necho '// better' >> src/sum.mjs\n";
const fix = 'Fix the wrong sum';
const reason = 'Its host was out of memory; it has more now.';

type Body = Record<string, any>;

/** Sanction levels in seconds: a window is half a second, and no lease expires before the agent is frozen. */
// Mission: B2
describe('sanction levels', () => {
  const repositories = new Repositories();
  const runners: OwnRunner[] = [];
  let platform: RunningPlatform;
  let silent: OwnRunner;
  let other: OwnRunner;

  beforeAll(async () => {
    platform = await startTestPlatform({
      instance: 'e2e-sanctions',
      runner: { agents: ['testing', 'examination'] },
      env: { YMERA_REPORT_INTERVAL_SECONDS: '0.5', YMERA_TASK_LEASE_SECONDS: '60' },
    });
    silent = await OwnRunner.unresponsive(platform, repositories, 'sanctions-one');
    runners.push(silent);
  }, 120_000);

  afterAll(async () => {
    for (const runner of runners) runner.end();
    await platform?.stop();
    repositories.remove();
  }, 30_000);

  const asAdmin = async (path: string): Promise<Body> => (await call(platform, 'admin', 'GET', path)).body;

  const accessOf = async (agentId: string): Promise<Body> =>
    (await asAdmin(`/api/v1/agents/${agentId}`))['standing'];

  const becomes = (agentId: string, status: string): Promise<unknown> =>
    eventually(async () => expect((await accessOf(agentId))['status']).toBe(status), {
      timeoutMs: 20_000,
      intervalMs: 50,
    });

  /** A request whose change the agent works on when this resolves, and its end. */
  const working = async (repository: string, agentId: string): Promise<{ ended: Promise<Ended> }> => {
    const source = repositories.create(repository, workingProject, slowly);
    const ended = demo(platform, ['--repo', source, '--request', fix]);
    await eventually(
      async () => {
        const { items } = await asAdmin('/api/v1/workflows?state=running');
        const steps = (items as { steps: Body[] }[]).flatMap((workflow) => workflow.steps);
        expect(steps).toContainEqual(expect.objectContaining({ agent_id: agentId, state: 'running' }));
      },
      { timeoutMs: 30_000, intervalMs: 50 },
    );
    return { ended };
  };

  /** The step that changed the project, of a completed request. */
  const fixOf = async (ended: Promise<Ended>): Promise<Body | undefined> => {
    const { code, json } = await ended;
    const { error, steps } = json();
    expect([code, error]).toEqual([0, undefined]);
    return (steps as Body[]).find(({ name }) => name === 'fix');
  };

  const auditOf = async (agentId: string, type: string): Promise<Body[]> => {
    const entries: Body[] = [];
    for (let from: number | null = 0; from !== null;) {
      const page: Body = await asAdmin(`/api/v1/audit?from_index=${from}&limit=200`);
      entries.push(...page['items']);
      from = page['next_index'];
    }
    return entries
      .filter((entry) => entry['type'] === type && entry['subject'] === agentId)
      .map((entry) => entry['data']);
  };

  const stepsOf = async (agentId: string): Promise<string[]> =>
    (await auditOf(agentId, 'reporting.agent.enforcement_changed.v1')).map(
      ({ from, to, cause }) => `${from} to ${to} for ${cause}`,
    );

  /** The sum of a counter of a service over the label sets that have these labels. */
  const counted = async (service: string, name: string, labels: Readonly<Record<string, string>>) => {
    const text = await (await fetch(new URL('/metrics', platform.urls[service]))).text();
    return text
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`))
      .filter((line) => Object.entries(labels).every(([key, value]) => line.includes(`${key}="${value}"`)))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  };
  const fencedResults = () =>
    counted('orchestrator', 'ymera_orchestrator_results_refused_total', { code: 'fenced' });

  const asPrincipal = (path: string, body?: unknown): Promise<Response> =>
    fetch(new URL(path, platform.urls['gateway']), {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${silent.kept.credential}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  const connectAsPrincipal = async (): Promise<void> => {
    const { broker, principal_id: username, credential: password } = silent.kept;
    const { hostname, port } = new URL(broker.url);
    const connection = await connect({
      hostname,
      port: Number(port),
      username,
      password,
      vhost: broker.vhost,
    });
    await connection.close();
  };

  /** The broker's connections of its principal. */
  const connections = async (): Promise<unknown> => {
    const { origin, username, password } = new URL(platform.urls['rabbitmq_management'] ?? '');
    const login = Buffer.from(`${username}:${decodeURIComponent(password)}`).toString('base64');
    const url = `${origin}/api/connections/username/${silent.kept.principal_id}`;
    return (await fetch(url, { headers: { authorization: `Basic ${login}` } })).json();
  };

  const liftedByCli = (agentId: string): Promise<Ended> => {
    const cli = join(repositoryRoot, 'services/cli/dist/main.js');
    const connection = [
      '--url',
      platform.urls['gateway'] ?? '',
      '--token-file',
      platform.tokenFiles['admin'] ?? '',
    ];
    return runNode([cli, 'agents', 'lift', agentId, '--reason', reason, ...connection], process.env, 30_000);
  };

  it('escalate to frozen for an agent that stops reporting in the middle of a task, and another agent completes the request', async () => {
    const { ended } = await working('frozen', silent.coding);
    silent.pause();
    other = await OwnRunner.start(platform, repositories, 'sanctions-two');
    runners.push(other);
    expect(await fixOf(ended)).toMatchObject({ agent_id: other.coding, state: 'completed', attempts: 2 });
    for (const agentId of silent.agentIds) await becomes(agentId, 'frozen');
    expect((await stepsOf(silent.coding)).slice(-3)).toEqual([
      'none to warned for silence',
      'warned to suspended for silence',
      'suspended to frozen for silence',
    ]);
  }, 120_000);

  it('make broker and gateway refuse the frozen agent when it is resumed, except for its own status', async () => {
    silent.goOn();
    await eventually(() => expect(connectAsPrincipal()).rejects.toThrow(/ACCESS.REFUSED/), {
      timeoutMs: 15_000,
    });
    await eventually(async () => expect(await connections()).toEqual([]), { timeoutMs: 30_000 });
    const refused = await asPrincipal('/api/v1/agents/register', {
      agent_id: 'sanctions-other',
      agent_type: 'CODING',
      capabilities: ['any'],
      config: {},
    });
    expect([refused.status, Number(refused.headers.get('retry-after')), await refused.json()]).toEqual([
      403,
      3,
      expect.objectContaining({ code: 'principal_frozen' }),
    ]);
    const status = await asPrincipal('/api/v1/me/status');
    expect([status.status, await status.json()]).toEqual([
      200,
      expect.objectContaining({
        status: 'frozen',
        may_report: false,
        retry_after_s: 3,
        sanctions: expect.arrayContaining([
          expect.objectContaining({ agent_id: silent.coding, status: 'frozen', cause: 'silence' }),
        ]),
      }),
    ]);
  }, 60_000);

  it('are lifted by an administrator with a reason, and by no other role', async () => {
    const lift = (as: 'admin' | 'requester', why: string, agentId = silent.coding) =>
      call(platform, as, 'POST', `/api/v1/agents/${agentId}/lift-freeze`, { reason: why });
    const answers = [
      await lift('requester', reason),
      await lift('admin', 'no'),
      await lift('admin', reason, 'unknown-agent'),
      await lift('admin', reason, other.coding),
    ];
    expect(answers.map(({ status, body }) => [status, body['code']])).toEqual([
      [403, 'not_allowed'],
      [400, 'invalid_request'],
      [404, 'agent_not_found'],
      [409, 'agent_not_frozen'],
    ]);
    expect((await accessOf(silent.coding))['status']).toBe('frozen');

    const fencedBefore = await fencedResults();
    for (const agentId of silent.agentIds) expect(await liftedByCli(agentId)).toMatchObject({ code: 0 });
    expect(await accessOf(silent.coding)).toMatchObject({ status: 'active', changed_by: 'admin', reason });
    for (const agentId of silent.agentIds)
      await eventually(
        async () =>
          expect(await asAdmin(`/api/v1/agents/${agentId}/status`)).toMatchObject({
            liveness: 'online',
            enforcement: 'none',
          }),
        { timeoutMs: 30_000 },
      );
    // The result that it had finished before the freeze arrives now, and has no effect.
    await eventually(async () => expect(await fencedResults()).toBeGreaterThan(fencedBefore), {
      timeoutMs: 10_000,
    });
  }, 90_000);

  it('give the agent work again after the lift', async () => {
    for (const agentId of other.agentIds)
      await call(platform, 'admin', 'POST', `/api/v1/agents/${agentId}/retire`, {
        reason: 'The first one is back.',
      });
    const { ended } = await working('lifted', silent.coding);
    expect(await fixOf(ended)).toMatchObject({ agent_id: silent.coding, state: 'completed', attempts: 1 });
  }, 90_000);

  it('cost an agent its task after a few missed reports, and de-escalate after three good reports', async () => {
    const stepsBefore = (await stepsOf(silent.coding)).length;
    const fencedBefore = await fencedResults();
    const { ended } = await working('suspended', silent.coding);
    silent.pause();
    await becomes(silent.coding, 'suspended');
    silent.goOn();
    await becomes(silent.coding, 'active');
    // Its late result is refused; the task waits for an agent of its type, and this is the only one.
    expect(await fixOf(ended)).toMatchObject({ agent_id: silent.coding, state: 'completed', attempts: 2 });
    await eventually(async () => expect(await fencedResults()).toBeGreaterThan(fencedBefore), {
      timeoutMs: 10_000,
    });
    expect((await stepsOf(silent.coding)).slice(stepsBefore)).toEqual([
      'none to warned for silence',
      'warned to suspended for silence',
      'suspended to none for recovery',
    ]);
  }, 120_000);

  it('record every level change in the audit log and the metrics, and the actor and reason of the lift', async () => {
    for (const agentId of silent.agentIds) {
      const changes = await auditOf(agentId, 'registry.agent.standing_changed.v1');
      expect(changes.slice(0, 3)).toMatchObject([
        { status: 'suspended', cause: 'silence', credential_epoch: 2, changed_by: 'platform' },
        { status: 'frozen', cause: 'silence', credential_epoch: 3, changed_by: 'platform' },
        { status: 'active', cause: 'lifted', credential_epoch: 3, changed_by: 'admin', reason },
      ]);
    }
    const audited = (await Promise.all(silent.agentIds.map(stepsOf))).flat();
    for (const [from, to] of [
      ['none', 'warned'],
      ['warned', 'suspended'],
      ['suspended', 'frozen'],
      ['frozen', 'none'],
      ['suspended', 'none'],
    ] as const) {
      const count = audited.filter((step) => step.startsWith(`${from} to ${to} `)).length;
      expect([from, to, count > 0]).toEqual([from, to, true]);
      expect(await counted('reporting', 'ymera_enforcement_changes_total', { from, to })).toBe(count);
    }
  }, 30_000);
});
