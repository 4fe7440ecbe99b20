import { sleep } from '@ymera/kernel';
import { eventually, leakGuard, SeverableRoute } from '@ymera/testing';
import { diligent, newWorkflow, OrchestratorFixture } from './testing/orchestrator-fixture';
import { outcomeOf } from './testing/outcomes';
import type { OrchestratorEnvironment } from './testing/running-orchestrator';

/** Real: PostgreSQL, RabbitMQ, the whole service. Fake: agents over AMQP, integration, coordinator, registry. */
describe('the lease of a task', () => {
  let fixture: OrchestratorFixture;
  let environment: OrchestratorEnvironment;
  let route: SeverableRoute | undefined;

  beforeAll(async () => {
    fixture = await OrchestratorFixture.open();
    ({ environment } = fixture);
  });
  afterEach(() => fixture.retireAll());
  afterAll(async () => {
    await environment.close();
    await route?.close();
  });

  it('goes to another agent when its agent dies, even after it was extended for long', async () => {
    const service = await environment.run({
      YMERA_TASK_LEASE_SECONDS: '2',
      YMERA_AGENT_SILENCE_SECONDS: '60',
    });
    // Longer than two leases.
    const dying = await fixture.join('EXAMINATION', async (agent, task) => {
      await agent.accept(task);
      for (let beat = 1; beat <= 14; beat += 1) {
        await sleep(400);
        await agent.progress(task, beat / 20);
      }
      diedAt = performance.now();
    });
    let diedAt = 0;
    const definition = newWorkflow();
    await environment.start(definition);
    await eventually(() => expect(dying.tasks).toHaveLength(1));
    const other = await fixture.join('EXAMINATION', diligent);
    await fixture.ended(definition.workflow_id, 'completed', 15_000);
    expect(dying.tasks).toHaveLength(1);
    expect(other.tasks).toHaveLength(1);
    expect(performance.now() - diedAt).toBeLessThan(5_000);
    await environment.stop(service);
  }, 30_000);

  it('is kept by an agent that continues while the broker hangs for longer than the lease', async () => {
    route = await SeverableRoute.to(environment.vhosts.urlOf('orchestrator'));
    const service = await environment.run({ YMERA_TASK_LEASE_SECONDS: '2', YMERA_RABBITMQ_URL: route.url });
    let isDone = false;
    const steady = await fixture.join('EXAMINATION', async (agent, task) => {
      await agent.accept(task);
      while (!isDone) {
        await agent.progress(task, 0.5);
        await sleep(300);
      }
      await agent.end(task, outcomeOf(task));
    });
    const definition = newWorkflow();
    await environment.start(definition);
    await eventually(async () =>
      expect((await environment.workflow(definition.workflow_id)).steps[0]?.state).toBe('running'),
    );
    // The downtime of the broker is the subject of this test, so real time must pass.
    route.hang();
    await sleep(5_000);
    route.restore();
    await sleep(3_000);
    isDone = true;
    await fixture.ended(definition.workflow_id, 'completed', 15_000);
    expect([steady.tasks.length, steady.cancels, steady.refused]).toEqual([1, [], []]);
    await environment.stop(service);
  }, 40_000);

  it('goes to another agent when its agent falls silent, and fences the first', async () => {
    const service = await environment.run({ YMERA_TASK_LEASE_SECONDS: '2' });
    const silent = await fixture.join('EXAMINATION', async (agent, task) => agent.accept(task));
    const definition = newWorkflow();
    await environment.start(definition);
    await eventually(() => expect(silent.tasks).toHaveLength(1));
    const other = await fixture.join('EXAMINATION', diligent);
    const workflow = await fixture.ended(definition.workflow_id, 'completed');
    expect(workflow.steps[0]).toMatchObject({ agent_id: other.agentId, attempts: 2 });
    expect(workflow.steps[0]?.reasons.join(' ')).toContain('exceeded its lease without a report');

    const [late] = silent.tasks;
    if (late) await silent.end(late);
    await eventually(() => expect(silent.refused.map(({ error }) => error.code)).toEqual(['fenced']));
    expect(silent.cancels).toHaveLength(1);
    expect(environment.facts('orchestrator.workflow.completed', definition.workflow_id)).toHaveLength(1);
    await environment.stop(service);
  });

  it('goes to another agent at once when its agent is suspended, refuses its result, and is given again on recovery', async () => {
    const service = await environment.run();
    const silent = await fixture.join('EXAMINATION', (agent, task) => agent.accept(task));
    const definition = newWorkflow();
    await environment.start(definition);
    const first = await eventually(() => silent.tasks[0] ?? Promise.reject(new Error('no task yet')));
    const second = await fixture.join('EXAMINATION', (agent, task) => agent.accept(task));
    await environment.sanction(silent, { status: 'suspended', cause: 'silence', credential_epoch: 2 });
    const again = await eventually(() => second.tasks[0] ?? Promise.reject(new Error('not re-leased yet')));
    expect(again).toMatchObject({ task_id: first.task_id, attempt: 2 });
    await silent.end(first);
    await eventually(() => expect(silent.refused).toMatchObject([{ error: { code: 'fenced' } }]));
    await second.end(again);
    const workflow = await fixture.ended(definition.workflow_id, 'completed');
    expect(workflow.steps).toMatchObject([{ agent_id: second.agentId, attempts: 2 }]);
    const metrics = await (await fetch(new URL('/metrics', service.url))).text();
    expect(metrics).toMatch(/ymera_orchestrator_results_refused_total\{[^}]*code="fenced"[^}]*\} [1-9]/);

    await environment.sanction(silent, { status: 'active', cause: 'recovery', credential_epoch: 2 });
    // One holds one task at a time, so two workflows need both.
    for (const next of [newWorkflow(), newWorkflow()]) await environment.start(next);
    await eventually(() => expect([silent.tasks.length, second.tasks.length]).toEqual([2, 2]));
    await environment.stop(service);
  });

  it('is kept for as long as there is progress', async () => {
    const service = await environment.run({ YMERA_TASK_LEASE_SECONDS: '0.6' });
    const slow = await fixture.join('EXAMINATION', async (agent, task) => {
      await agent.accept(task);
      for (let beat = 1; beat <= 8; beat += 1) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        await agent.progress(task, beat / 10);
      }
      await agent.end(task);
    });
    const definition = newWorkflow();
    await environment.start(definition);
    const workflow = await fixture.ended(definition.workflow_id, 'completed');
    expect(workflow.steps[0]).toMatchObject({ attempts: 1 });
    expect(slow.tasks).toHaveLength(1);
    const progressed = environment.facts('orchestrator.task.progressed', definition.workflow_id);
    expect(progressed.length).toBeGreaterThan(3);
    expect(progressed.map(({ data }) => data['aggregate_version'])).toEqual(
      progressed.map((_, index) => index + 1),
    );
    await environment.stop(service);
  });
});

jest.setTimeout(40_000);
leakGuard();
