import { cancelWorkflow, resolveGate, type gateOpened, type PayloadOf } from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import { PostgresUnitOfWork } from '@ymera/persistence';
import { eventually, leakGuard } from '@ymera/testing';
import { postgresStores } from './adapters/persistence/postgres-stores';
import { RunEngine } from './application/run-engine';
import { runPolicyOf } from './config';
import { diligent, newRun, OrchestratorScene } from './testing/orchestrator-scene';
import { base, enhancePlan, gatedPlan, planOf, review } from './testing/plans';
import type { OrchestratorWorld } from './testing/running-orchestrator';
import type { ScriptedAgent, Task } from './testing/scripted-agent';

/** Real: PostgreSQL, RabbitMQ, the whole service. Played: agents over AMQP, integration, coordinator, registry. */
describe('the orchestrator as a service', () => {
  let scene: OrchestratorScene;
  let world: OrchestratorWorld;

  const team = (script = diligent) =>
    Promise.all((['EXAMINATION', 'ENHANCEMENT', 'TESTING'] as const).map((type) => scene.join(type, script)));

  beforeAll(async () => {
    scene = await OrchestratorScene.open();
    ({ world } = scene);
  });
  afterEach(() => scene.retireAll());
  afterAll(() => world.close());

  it('runs a plan with people, agents and integration to the landed commit, under one trace', async () => {
    const service = await world.run();
    await team();
    const definition = newRun(gatedPlan);
    const { workflow_id } = definition;
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    await world.start(definition, { traceparent: `00-${traceId}-b7ad6b7169203331-01` });
    for (const step of ['approve_plan', 'approve_landing']) {
      const gate = await eventually(() => {
        const opened = world
          .facts('orchestrator.gate.opened', workflow_id)
          .map(({ data }) => data as PayloadOf<typeof gateOpened>)
          .find(({ step_id }) => step_id === step);
        if (!opened) throw new Error(`${step} is not open`);
        return opened;
      });
      await world.order(resolveGate, {
        gate_id: gate.gate_id,
        workflow_id,
        subject_digest: gate.subject_digest,
        decision: 'approved',
        approval_id: uuidv7(),
        decided_by: 'grace',
        decided_at: new Date().toISOString(),
      });
    }
    const workflow = await scene.ended(workflow_id, 'completed');
    expect(workflow.result).toMatchObject({ landed: { branch: 'main' }, tool_ms: 4 });
    expect(workflow.steps.map(({ state }) => state)).toEqual(Array(7).fill('completed'));

    const facts = await eventually(() => {
      const found = world.facts('orchestrator.', workflow_id);
      if (!found.some(({ type }) => type.includes('workflow.completed')))
        throw new Error('not published yet');
      return found;
    });
    const traced = [
      ...facts.map(({ traceparent }) => traceparent),
      ...scene.agents.flatMap(({ heard }) => heard.map((one) => one.traceparent)),
    ];
    expect(new Set(traced.map((traceparent) => traceparent?.split('-')[1]))).toEqual(new Set([traceId]));
    await world.stop(service);
  });

  it('takes the same result once, however often it comes', async () => {
    const service = await world.run();
    const eager = await scene.join('EXAMINATION', async (agent, task) => {
      await Promise.all([1, 2, 3, 4, 5].map(() => agent.end(task, { metrics: { tool_ms: 10 } })));
    });
    const definition = newRun();
    await world.start(definition);
    const workflow = await scene.ended(definition.workflow_id, 'completed');
    expect(workflow.result.tool_ms).toBe(10);
    await eventually(() => expect(eager.accepted).toHaveLength(5));
    expect(eager.refused).toEqual([]);
    expect(world.facts('orchestrator.workflow.completed', definition.workflow_id)).toHaveLength(1);
    await world.stop(service);
  });

  it('takes nothing from another principal, nor from a message without an identity', async () => {
    const service = await world.run();
    const holder = await scene.join('EXAMINATION', async (agent, task) => agent.accept(task));
    const intruder = await scene.join('TESTING');
    const definition = newRun();
    await world.start(definition);
    const task = await eventually(() => holder.tasks[0] ?? Promise.reject(new Error('no task')));
    await intruder.end(task);
    await eventually(() => expect(intruder.refused.map(({ error }) => error.code)).toEqual(['not_holder']));
    const { agent_id, task_id, attempt, fencing_token } = task;
    const body = { agent_id, task_id, attempt, fencing_token, outcome: 'completed', artefacts: [] };
    await intruder.say('result', body, false);
    await holder.end(task);
    await scene.ended(definition.workflow_id, 'completed');
    expect(holder.accepted).toHaveLength(1);
    await world.stop(service);
  });

  it('takes results and output with characters that no database keeps, but no such change', async () => {
    const service = await world.run();
    const odd = 'half \ud800 of a pair, and \0 nothing';
    await scene.join('EXAMINATION', async (agent, task) => {
      await agent.log(task, 0, odd);
      await agent.progress(task, 0.5, odd);
      await agent.end(task, { findings: [{ code: 'odd', severity: 'low', message: odd }] });
    });
    await scene.join('ENHANCEMENT', async (agent, task) => agent.end(task, { change: { base, patch: odd } }));
    const definition = newRun(enhancePlan);
    await world.start(definition);
    const workflow = await scene.ended(definition.workflow_id, 'failed');
    expect(workflow.error?.code).toBe('change_unreadable');
    expect(workflow.steps[0]?.findings[0]?.message).toBe('half \ufffd of a pair, and \ufffd nothing');
    await world.stop(service);
  });

  it('stops an agent within milliseconds of a cancel, and is over at once', async () => {
    const service = await world.run();
    const busy = await scene.join('EXAMINATION', async (agent, task) => agent.accept(task));
    const definition = newRun();
    await world.start(definition);
    await eventually(async () =>
      expect((await world.workflow(definition.workflow_id)).steps[0]?.state).toBe('running'),
    );
    await world.order(cancelWorkflow, {
      workflow_id: definition.workflow_id,
      canceled_by: 'ada',
      reason: 'Not needed.',
    });
    await eventually(() => expect(busy.cancels).toHaveLength(1), { timeoutMs: 1000 });
    expect((await world.workflow(definition.workflow_id)).state).toBe('canceled');
    await world.stop(service);
  });

  it('brings out what was committed by a process that died before it could publish', async () => {
    const agent = await scene.join('EXAMINATION', diligent);
    const first = await world.run();
    await eventually(async () => {
      const database = await scene.database();
      const known = await database.sql.query(
        `SELECT FROM agent_directory WHERE agent_id = $1 AND liveness = 'online'`,
        [agent.agentId],
      );
      await database.close();
      expect(known).toHaveLength(1);
    });
    await world.stop(first);

    // The engine without a relay: what it commits stays in the outbox, as after kill -9.
    const database = await scene.database();
    const definition = newRun();
    const policy = runPolicyOf(world.config());
    const dying = new RunEngine({
      unitOfWork: new PostgresUnitOfWork(database, { service: 'orchestrator' }, postgresStores(policy)),
      clock: { now: () => new Date() },
      newId: () => uuidv7(),
      random: Math.random,
      policy,
      tracing: { current: () => undefined, within: (_, __, work) => work() },
      wake: { timerSet: () => undefined, mayDispatch: () => undefined },
      metrics: {
        resultRefused: () => undefined,
        stepRejected: () => undefined,
        orphans: () => undefined,
        timerFired: () => undefined,
      },
    });
    await dying.start(definition, { consumer: 'orchestrator.start_workflow', messageId: uuidv7() });
    await database.close();
    expect(agent.tasks).toHaveLength(0);

    const second = await world.run();
    await scene.ended(definition.workflow_id, 'completed');
    expect(agent.tasks).toHaveLength(1);
    expect(world.facts('orchestrator.workflow.started', definition.workflow_id)).toHaveLength(1);
    await world.stop(second);
  });

  it('goes on where it was after a restart: results that came meanwhile, timers, waiting steps', async () => {
    const first = await world.run({ YMERA_RETRY_BASE_SECONDS: '1' });
    const failing = await scene.join('EXAMINATION', async (agent, task) =>
      task.attempt === 1
        ? agent.end(task, {
            outcome: 'failed',
            error: { code: 'network', message: 'No route.', retryable: true },
          })
        : agent.end(task),
    );
    const retried = newRun();
    await world.start(retried);
    await eventually(async () =>
      expect((await world.workflow(retried.workflow_id)).steps[0]?.state).toBe('retry_wait'),
    );
    await world.stop(first);
    const waiting = newRun(planOf([{ ...review, agent_type: 'LEARNING' }]));
    await world.start(waiting);
    const second = await world.run();
    await scene.ended(retried.workflow_id, 'completed');
    expect(failing.tasks.map(({ fencing_token }) => fencing_token)).toEqual([1, 2]);
    await scene.join('LEARNING', diligent);
    await scene.ended(waiting.workflow_id, 'completed');
    await world.stop(second);
  });

  it('shares the work between two instances without doing anything twice', async () => {
    const services = await Promise.all([world.run(), world.run()]);
    const doing = new Map<string, number>();
    let most = 0;
    const careful = async (agent: ScriptedAgent, task: Task) => {
      doing.set(agent.agentId, (doing.get(agent.agentId) ?? 0) + 1);
      most = Math.max(most, doing.get(agent.agentId) ?? 0);
      await agent.accept(task);
      await new Promise((resolve) => setTimeout(resolve, 5));
      doing.set(agent.agentId, (doing.get(agent.agentId) ?? 0) - 1);
      await agent.end(task);
    };
    const reviewers = await Promise.all([1, 2, 3].map(() => scene.join('EXAMINATION', careful)));
    const twice = planOf([review, { ...review, step_id: 'again', depends_on: ['review'] }]);
    const definitions = Array.from({ length: 30 }, () => newRun(twice));
    await Promise.all(definitions.map((definition) => world.start(definition)));
    for (const { workflow_id } of definitions) await scene.ended(workflow_id, 'completed', 60_000);
    const tasks = reviewers.flatMap(({ tasks: given }) => given);
    expect(tasks).toHaveLength(60);
    expect(new Set(tasks.map(({ task_id }) => task_id)).size).toBe(60);
    expect(most).toBe(1);
    for (const service of services) await world.stop(service);
  }, 120_000);

  it('answers health, readiness and its gauge of orphans', async () => {
    const service = await world.run();
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    expect(metrics).toMatch(/ymera_orchestrator_orphans\{[^}]*\} 0/);
    await world.stop(service);
  });
});

jest.setTimeout(40_000);
leakGuard();
