import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@ymera/testing';
import { OtlpReceiver } from './support/otlp-receiver';
import { call, type RunningPlatform, startTestPlatform } from './support/platform';
import { git, Repositories, workingProject } from './support/repositories';
import { approveUntilEnded, registerProject, submit } from './support/requests';
import { TraceTree } from './support/trace-tree';

const hop = (from: string, destination: string, to: string, queue?: string): string[] => [
  `${from}: publish ${destination}`,
  `${to}: process ${destination}${queue === undefined ? '' : `:${queue}`}`,
];
const question = (from: string, destination: string, to: string): string[] => [
  `${from}: ask ${destination}`,
  `${to}: answer ${destination}:${to}.queries`,
];
const fact = (from: string, type: string, ...to: string[]): string[] =>
  to.flatMap((service) => hop(from, `ymera.events:${type}`, service, `${service}.events`));
const order = (from: string, type: string, to: string): string[] =>
  hop(from, `ymera.commands.v2:${type}`, to, `${to}.commands`);

/** Every exchange in both directions, every service and agent, and git, from the sentence to the landed commit. */
const expected = [
  'gateway: POST /api/v1/requests',
  ...question('gateway', 'ymera.queries.v2:coordinator.submit_request.v1', 'coordinator'),
  ...question('coordinator', 'ymera.queries.v2:integration.get_project.v1', 'integration'),
  ...question('coordinator', 'ymera.queries.v2:registry.list_agents.v2', 'registry'),
  ...fact('coordinator', 'coordinator.request.planned.v1', 'gateway', 'audit'),
  ...order('coordinator', 'orchestrator.start_workflow.v1', 'orchestrator'),
  ...fact('orchestrator', 'orchestrator.gate.opened.v1', 'coordinator', 'gateway', 'audit'),
  'orchestrator: run gate_decided',
  ...hop('orchestrator', 'agents.out:task', 'agent-runner'),
  ...['analyse', 'fix', 'test', 'validate'].map((type) => `agent-runner: task ${type}`),
  'agent-runner: git fetch',
  'integration: GET /git/:repository/info/refs',
  'integration: POST /git/:repository/git-upload-pack',
  'agent-runner: run command',
  'agent-runner: run project',
  'agent-runner: git diff',
  ...['task_accepted', 'progress', 'result'].flatMap((type) =>
    hop('agent-runner', `agents.in:${type}`, 'orchestrator', 'orchestrator.results'),
  ),
  ...hop('orchestrator', 'agents.out:result_accepted', 'agent-runner'),
  ...order('orchestrator', 'integration.materialise_change.v2', 'integration'),
  ...['apply', 'write-tree', 'commit-tree', 'update-ref'].map((step) => `integration: git ${step}`),
  ...fact('integration', 'integration.change.materialised.v1', 'orchestrator', 'gateway', 'audit'),
  ...order('orchestrator', 'integration.land_change.v1', 'integration'),
  ...fact('integration', 'integration.change.landed.v1', 'orchestrator', 'gateway', 'audit'),
  ...fact('orchestrator', 'orchestrator.workflow.completed.v1', 'coordinator', 'gateway', 'audit'),
  ...fact('coordinator', 'coordinator.request.ended.v1', 'gateway', 'audit'),
];

const onThePath = [
  'gateway',
  'coordinator',
  'orchestrator',
  'integration',
  'registry',
  'audit',
  'agent-runner',
] as const;

const lastFact = 'process ymera.events:coordinator.request.ended.v1';

describe('the trace of a request', () => {
  const repositories = new Repositories();
  let receiver: OtlpReceiver;
  let platform: RunningPlatform;

  beforeAll(async () => {
    receiver = await OtlpReceiver.start();
    platform = await startTestPlatform({
      instance: 'e2e-trace',
      runner: { agents: ['testing', 'examination', 'command'], command: 'sh ./change.sh' },
      env: {
        YMERA_OTLP_ENDPOINT: receiver.url,
        YMERA_LOG_LEVEL: 'debug',
        YMERA_AGENT_SILENCE_SECONDS: '0.5',
      },
    });
  }, 120_000);

  afterAll(async () => {
    await platform?.stop();
    await receiver?.close();
    repositories.remove();
  }, 30_000);

  /** The trace when its last event has been handled and nothing is missing, or its state after ten seconds. */
  const wholeTree = async (traceId: string): Promise<TraceTree> => {
    const tree = () => new TraceTree(receiver.trace(traceId));
    await eventually(
      () => {
        const now = tree();
        if (now.named(lastFact).length < 2 || now.orphans.length > 0) throw new Error('not all is there');
      },
      { timeoutMs: 10_000, intervalMs: 200 },
    ).catch(() => undefined);
    return tree();
  };

  /** Fails with the printed tree. */
  const expectOneTree = (tree: TraceTree, places: readonly string[]): void => {
    const seen = {
      roots: tree.roots.map(({ service, name }) => `${service}: ${name}`),
      orphans: tree.orphans.map(({ service, name }) => `${service}: ${name}`),
      missing: places.filter((place) => !tree.places.has(place)),
      reports: tree.spans.filter(({ name }) => /report\b/.test(name)).map(({ name }) => name),
    };
    const whole = { roots: ['gateway: POST /api/v1/requests'], orphans: [], missing: [], reports: [] };
    if (JSON.stringify(seen) !== JSON.stringify(whole)) process.stderr.write(`${tree.draw()}\n`);
    expect(seen).toEqual(whole);
  };

  // Mission: H1
  it('leads from the HTTP request through every exchange, service, agent and git step to the landed commit', async () => {
    const source = repositories.create('traced', workingProject, "echo '// better' >> src/sum.mjs\n");
    const project = await registerProject(platform, source);
    const { body, headers } = await submit(platform, project.id, 'Fix the wrong sum');
    const traceId: string = body['trace_id'];
    expect(headers.get('x-trace-id')).toBe(traceId);
    const { request, decisions } = await approveUntilEnded(platform, body['request_id'], 60_000);
    expect(request).toMatchObject({ state: 'completed', error: null, trace_id: traceId });

    const tree = await wholeTree(traceId);
    expectOneTree(tree, expected);
    expect(receiver.problems).toEqual([]);

    const landing = tree.named('process ymera.commands.v2:integration.land_change.v1')[0];
    expect(
      tree.spans.some((span) => span.name === 'git update-ref' && span.parentSpanId === landing?.spanId),
    ).toBe(true);
    expect(git(project.repository, 'log', '-1', '--format=%s', 'main')).not.toBe('The project');

    // Decisions came by separate requests: other traces, to which the workflow's own spans are linked.
    const decidedIn = decisions.map((answer) => answer.headers.get('x-trace-id'));
    expect(decidedIn).toHaveLength(2);
    const linked = tree.named('run gate_decided').map(({ links }) => links[0]?.traceId);
    expect(linked.sort()).toEqual([...decidedIn].sort());
    expect(linked).not.toContain(traceId);
  }, 120_000);

  it('contains an expired lease and its consequences', async () => {
    const slowly = "sleep 1\necho '// better' >> src/sum.mjs\n";
    const project = await registerProject(platform, repositories.create('retried', workingProject, slowly));
    const { body } = await submit(platform, project.id, 'Fix the wrong sum');
    const workflow = async () =>
      (await call(platform, 'viewer', 'GET', `/api/v1/workflows/${body['workflow_id']}`)).body;
    const fixing = async () =>
      (await workflow())['steps'].find(({ name }: { name: string }) => name === 'fix');

    const ended = approveUntilEnded(platform, body['request_id'], 60_000);
    await eventually(async () => expect(await fixing()).toMatchObject({ state: 'running' }), {
      timeoutMs: 20_000,
    });
    await platform.kill('agent-runner', 'SIGSTOP');
    await eventually(async () => expect(await fixing()).not.toMatchObject({ state: 'running' }), {
      timeoutMs: 20_000,
    });
    await platform.kill('agent-runner', 'SIGCONT');
    expect((await ended).request).toMatchObject({ state: 'completed', error: null });

    const tree = await wholeTree(body['trace_id']);
    expectOneTree(tree, ['orchestrator: run attempt_lost', ...expected]);
    expect(tree.named('task fix').length).toBeGreaterThan(1);
  }, 120_000);

  // Mission: H4
  it('is in the log lines of every service on the path', async () => {
    const traceId = receiver.spans.find(({ name }) => name === 'POST /api/v1/requests')?.traceId;
    const silent = onThePath.filter(
      (service) =>
        !readFileSync(join(platform.logs, `${service}.log`), 'utf8').includes(`"trace_id":"${traceId}"`),
    );
    expect(silent).toEqual([]);
  });

  it('rarely contains reports and probes, which run all the time', () => {
    const bulk = receiver.spans.filter(({ attributes }) => attributes.get('ymera.bulk') === true);
    expect(bulk.length).toBeLessThan(10);
    expect(receiver.spans.some(({ service }) => service === 'reporting')).toBe(true);
  });
});
