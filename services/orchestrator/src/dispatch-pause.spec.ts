import { getDispatch, pauseDispatch, resumeDispatch } from '@ymera/contracts';
import { silentLogger, uuidv7 } from '@ymera/kernel';
import { createMessaging, type Messaging } from '@ymera/messaging';
import { createDatabase, PostgresUnitOfWork } from '@ymera/persistence';
import { eventually, leakGuard } from '@ymera/testing';
import { migrations } from './adapters/persistence/migrations';
import { postgresStores } from './adapters/persistence/postgres-stores';
import { defaultWorkflowPolicy } from './domain/workflow/workflow-policy';
import { definitionOf, planOf, review } from './testing/plans';
import { OrchestratorEnvironment } from './testing/running-orchestrator';
import { ScriptedAgent, type Task } from './testing/scripted-agent';

jest.setTimeout(30_000);

const order = { actor: { name: 'grace', roles: ['admin'] }, reason: 'The provider is down.' };

/** Real: PostgreSQL, RabbitMQ, the whole service. */
describe('a pause of all dispatch', () => {
  let environment: OrchestratorEnvironment;
  let asker: Messaging;
  let agent: ScriptedAgent;

  beforeAll(async () => {
    environment = await OrchestratorEnvironment.open();
    asker = createMessaging({
      url: environment.vhosts.urlOf('gateway'),
      vhost: environment.vhosts.servicesVhost,
      service: 'gateway',
      logger: silentLogger,
    });
    agent = await ScriptedAgent.join(environment.vhosts, 'reviewer-1', 'EXAMINATION');
  }, 60_000);
  afterAll(async () => {
    await agent.leave();
    await asker.close();
    await environment.close();
  });

  const newWorkflow = () => definitionOf(planOf([review]), { workflow_id: uuidv7() });
  const stepOf = async (workflowId: string) => (await environment.workflow(workflowId)).steps[0];

  it('holds through a restart, and dispatches at once after the resumption', async () => {
    const offered = new Map<string, number>();
    agent.onTask = async (task: Task) => {
      offered.set(task.task_id, Date.now());
      await agent.accept(task);
      await agent.end(task, { findings: [] });
    };
    const service = await environment.run({ YMERA_RECONCILE_SECONDS: '0.5' });
    await environment.enrol(agent);
    await expect(asker.queries.ask(pauseDispatch, order)).resolves.toMatchObject({
      value: { state: 'paused', changed_by: 'grace' },
    });

    const workflow = newWorkflow();
    await environment.start(workflow);
    await eventually(async () =>
      expect((await stepOf(workflow.workflow_id))?.reasons.at(-1)).toContain('grace has paused all dispatch'),
    );
    await environment.stop(service);
    await environment.run({ YMERA_RECONCILE_SECONDS: '0.5' });
    const another = newWorkflow();
    await environment.start(another);
    await eventually(async () =>
      expect(await asker.queries.ask(getDispatch, {})).toMatchObject({
        value: { state: 'paused', waiting: 2, reason: 'The provider is down.' },
      }),
    );
    expect(offered.size).toBe(0);

    const resumedAt = Date.now();
    await asker.queries.ask(resumeDispatch, { ...order, reason: 'It works again.' });
    await eventually(async () => {
      for (const { workflow_id } of [workflow, another])
        expect((await environment.workflow(workflow_id)).state).toBe('completed');
    });
    const first = Math.min(...offered.values()) - resumedAt;
    process.stdout.write(`dispatch resumed, first offer received after ${first} ms\n`);
    expect(first).toBeLessThan(1000);
    await eventually(() =>
      expect(environment.published.map(({ type }) => type)).toEqual(
        expect.arrayContaining(['orchestrator.dispatch.paused.v1', 'orchestrator.dispatch.resumed.v1']),
      ),
    );
  });

  it('waits for offers in progress, so that no offer follows its answer', async () => {
    const database = await createDatabase({
      url: environment.database.url,
      schema: 'orchestrator',
      migrations,
      poolSize: 3,
    });
    const unitOfWork = new PostgresUnitOfWork(
      database,
      { service: 'orchestrator' },
      postgresStores(defaultWorkflowPolicy),
    );
    const steps: string[] = [];
    let finish: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (finish = resolve));
    const offering = unitOfWork.run(async (tx) => {
      expect(await tx.pauses.whileWorking()).toBeUndefined();
      steps.push('offering');
      await held;
      steps.push('offered');
    });
    await eventually(() => expect(steps).toEqual(['offering']));
    const pausing = asker.queries.ask(pauseDispatch, order).then(() => steps.push('paused'));
    // It waits for the lock.
    await eventually(async () => {
      const [row] = await database.sql.query<{ waiting: number }>(
        `SELECT count(*) AS waiting FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      expect(row?.waiting).toBe(1);
    });
    finish();
    await Promise.all([offering, pausing]);
    expect(steps).toEqual(['offering', 'offered', 'paused']);
    await expect(unitOfWork.run((tx) => tx.pauses.whileWorking())).resolves.toMatchObject({
      pausedBy: 'grace',
    });
    await asker.queries.ask(resumeDispatch, order);
    await database.close();
  });
});

leakGuard();
