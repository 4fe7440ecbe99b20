import { cancelWorkflow, resolveGate, type gateOpened, type PayloadOf } from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import { PostgresUnitOfWork } from '@ymera/persistence';
import { eventually, leakGuard } from '@ymera/testing';
import { postgresStores } from './adapters/persistence/postgres-stores';
import { WorkflowEngine } from './application/workflow-engine';
import { workflowPolicyOf } from './config';
import { diligent, newWorkflow, OrchestratorFixture } from './testing/orchestrator-fixture';
import { base, enhancePlan, gatedPlan, planOf, review } from './testing/plans';
import type { OrchestratorEnvironment } from './testing/running-orchestrator';
import type { ScriptedAgent, Task } from './testing/scripted-agent';

/** Real: PostgreSQL, RabbitMQ, the whole service. Fake: agents over AMQP, integration, coordinator, registry. */
describe('the orchestrator service', () => {
  let fixture: OrchestratorFixture;
  let environment: OrchestratorEnvironment;

  const team = (script = diligent) =>
    Promise.all(
      (['EXAMINATION', 'ENHANCEMENT', 'TESTING'] as const).map((type) => fixture.join(type, script)),
    );

  beforeAll(async () => {
    fixture = await OrchestratorFixture.open();
    ({ environment } = fixture);
  });
  afterEach(() => fixture.retireAll());
  afterAll(() => environment.close());

  it('executes a plan with people, agents and integration to the landed commit, under one trace', async () => {
    const service = await environment.run();
    await team();
    const definition = newWorkflow(gatedPlan);
    const { workflow_id } = definition;
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    await environment.start(definition, { traceparent: `00-${traceId}-b7ad6b7169203331-01` });
    for (const step of ['approve_plan', 'approve_landing']) {
      const gate = await eventually(() => {
        const opened = environment
          .facts('orchestrator.gate.opened', workflow_id)
          .map(({ data }) => data as PayloadOf<typeof gateOpened>)
          .find(({ step_id }) => step_id === step);
        if (!opened) throw new Error(`${step} is not open`);
        return opened;
      });
      await environment.order(resolveGate, {
        gate_id: gate.gate_id,
        workflow_id,
        subject_digest: gate.subject_digest,
        decision: 'approved',
        approval_id: uuidv7(),
        decided_by: 'grace',
        decided_at: new Date().toISOString(),
      });
    }
    const workflow = await fixture.ended(workflow_id, 'completed');
    expect(workflow.result).toMatchObject({ landed: { branch: 'main' }, tool_ms: 4 });
    expect(workflow.steps.map(({ state }) => state)).toEqual(Array(7).fill('completed'));

    const facts = await eventually(() => {
      const found = environment.facts('orchestrator.', workflow_id);
      if (!found.some(({ type }) => type.includes('workflow.completed')))
        throw new Error('not published yet');
      return found;
    });
    const traced = [
      ...facts.map(({ traceparent }) => traceparent),
      ...fixture.agents.flatMap(({ messages }) => messages.map((one) => one.traceparent)),
    ];
    expect(new Set(traced.map((traceparent) => traceparent?.split('-')[1]))).toEqual(new Set([traceId]));
    await environment.stop(service);
  });

  it('applies the same result once, however often it arrives', async () => {
    const service = await environment.run();
    const eager = await fixture.join('EXAMINATION', async (agent, task) => {
      await Promise.all([1, 2, 3, 4, 5].map(() => agent.end(task, { metrics: { tool_ms: 10 } })));
    });
    const definition = newWorkflow();
    await environment.start(definition);
    const workflow = await fixture.ended(definition.workflow_id, 'completed');
    expect(workflow.result.tool_ms).toBe(10);
    await eventually(() => expect(eager.accepted).toHaveLength(5));
    expect(eager.refused).toEqual([]);
    expect(environment.facts('orchestrator.workflow.completed', definition.workflow_id)).toHaveLength(1);
    await environment.stop(service);
  });

  it('ignores messages from another principal and messages without an identity', async () => {
    const service = await environment.run();
    const holder = await fixture.join('EXAMINATION', async (agent, task) => agent.accept(task));
    const intruder = await fixture.join('TESTING');
    const definition = newWorkflow();
    await environment.start(definition);
    const task = await eventually(() => holder.tasks[0] ?? Promise.reject(new Error('no task')));
    await intruder.end(task);
    await eventually(() => expect(intruder.refused.map(({ error }) => error.code)).toEqual(['not_holder']));
    const { agent_id, task_id, attempt, fencing_token } = task;
    const body = { agent_id, task_id, attempt, fencing_token, outcome: 'completed', artefacts: [] };
    await intruder.say('result', body, false);
    await holder.end(task);
    await fixture.ended(definition.workflow_id, 'completed');
    expect(holder.accepted).toHaveLength(1);
    await environment.stop(service);
  });

  it('replaces characters that no database stores in results and output, and refuses such a change', async () => {
    const service = await environment.run();
    const odd = 'half \ud800 of a pair, and \0 nothing';
    await fixture.join('EXAMINATION', async (agent, task) => {
      await agent.log(task, 0, odd);
      await agent.progress(task, 0.5, odd);
      await agent.end(task, { findings: [{ code: 'odd', severity: 'low', message: odd }] });
    });
    await fixture.join('ENHANCEMENT', async (agent, task) =>
      agent.end(task, { change: { base, patch: odd } }),
    );
    const definition = newWorkflow(enhancePlan);
    await environment.start(definition);
    const workflow = await fixture.ended(definition.workflow_id, 'failed');
    expect(workflow.error?.code).toBe('change_unreadable');
    expect(workflow.steps[0]?.findings[0]?.message).toBe('half \ufffd of a pair, and \ufffd nothing');
    await environment.stop(service);
  });

  it('cancels an agent within milliseconds of a cancellation, and ends at once', async () => {
    const service = await environment.run();
    const busy = await fixture.join('EXAMINATION', async (agent, task) => agent.accept(task));
    const definition = newWorkflow();
    await environment.start(definition);
    await eventually(async () =>
      expect((await environment.workflow(definition.workflow_id)).steps[0]?.state).toBe('running'),
    );
    await environment.order(cancelWorkflow, {
      workflow_id: definition.workflow_id,
      canceled_by: 'ada',
      reason: 'Not needed.',
    });
    await eventually(() => expect(busy.cancels).toHaveLength(1), { timeoutMs: 1000 });
    expect((await environment.workflow(definition.workflow_id)).state).toBe('canceled');
    await environment.stop(service);
  });

  it('publishes what a process committed before it died', async () => {
    const agent = await fixture.join('EXAMINATION', diligent);
    const first = await environment.run();
    await eventually(async () => {
      const database = await fixture.database();
      const known = await database.sql.query(
        `SELECT FROM agent_directory WHERE agent_id = $1 AND liveness = 'online'`,
        [agent.agentId],
      );
      await database.close();
      expect(known).toHaveLength(1);
    });
    await environment.stop(first);

    // The engine without a relay: its commits stay in the outbox, as after kill -9.
    const database = await fixture.database();
    const definition = newWorkflow();
    const policy = workflowPolicyOf(environment.config());
    const dying = new WorkflowEngine({
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

    const second = await environment.run();
    await fixture.ended(definition.workflow_id, 'completed');
    expect(agent.tasks).toHaveLength(1);
    expect(environment.facts('orchestrator.workflow.started', definition.workflow_id)).toHaveLength(1);
    await environment.stop(second);
  });

  it('continues after a restart: results that arrived meanwhile, timers, waiting steps', async () => {
    const first = await environment.run({ YMERA_RETRY_BASE_SECONDS: '1' });
    const failing = await fixture.join('EXAMINATION', async (agent, task) =>
      task.attempt === 1
        ? agent.end(task, {
            outcome: 'failed',
            error: { code: 'network', message: 'No route.', retryable: true },
          })
        : agent.end(task),
    );
    const retried = newWorkflow();
    await environment.start(retried);
    await eventually(async () =>
      expect((await environment.workflow(retried.workflow_id)).steps[0]?.state).toBe('retry_wait'),
    );
    await environment.stop(first);
    const waiting = newWorkflow(planOf([{ ...review, agent_type: 'LEARNING' }]));
    await environment.start(waiting);
    const second = await environment.run();
    await fixture.ended(retried.workflow_id, 'completed');
    expect(failing.tasks.map(({ fencing_token }) => fencing_token)).toEqual([1, 2]);
    await fixture.join('LEARNING', diligent);
    await fixture.ended(waiting.workflow_id, 'completed');
    await environment.stop(second);
  });

  it('shares the work between two instances without any duplicate effect', async () => {
    const services = await Promise.all([environment.run(), environment.run()]);
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
    const reviewers = await Promise.all([1, 2, 3].map(() => fixture.join('EXAMINATION', careful)));
    const twice = planOf([review, { ...review, step_id: 'again', depends_on: ['review'] }]);
    const definitions = Array.from({ length: 30 }, () => newWorkflow(twice));
    await Promise.all(definitions.map((definition) => environment.start(definition)));
    for (const { workflow_id } of definitions) await fixture.ended(workflow_id, 'completed', 60_000);
    const tasks = reviewers.flatMap(({ tasks: given }) => given);
    expect(tasks).toHaveLength(60);
    expect(new Set(tasks.map(({ task_id }) => task_id)).size).toBe(60);
    expect(most).toBe(1);
    for (const service of services) await environment.stop(service);
  }, 120_000);

  it('serves health, readiness and its gauge of orphans', async () => {
    const service = await environment.run();
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    expect(metrics).toMatch(/ymera_orchestrator_orphans\{[^}]*\} 0/);
    await environment.stop(service);
  });
});

jest.setTimeout(40_000);
leakGuard();
