import { uuidv7 } from '@ymera/kernel';
import { createDatabase, PostgresUnitOfWork, type Database } from '@ymera/persistence';
import { eventually, leakGuard } from '@ymera/testing';
import { migrations } from './adapters/persistence/migrations';
import { postgresStores } from './adapters/persistence/postgres-stores';
import { WorkflowEngine } from './application/workflow-engine';
import { workflowPolicyOf } from './config';
import type { WorkflowDefinition } from './domain/workflow/workflow';
import { definitionOf, planOf, review } from './testing/plans';
import { OrchestratorEnvironment } from './testing/running-orchestrator';
import { ScriptedAgent, type Task } from './testing/scripted-agent';

const periodMs = 1000;
const timings = {
  YMERA_RECONCILE_SECONDS: '1',
  YMERA_RETRY_BASE_SECONDS: '1',
  YMERA_RETRY_MAXIMUM_SECONDS: '1',
};

/** Real: PostgreSQL, RabbitMQ, the whole service. Fake: an agent over AMQP, coordinator, registry. */
describe('orphaned steps', () => {
  let environment: OrchestratorEnvironment;
  let agent: ScriptedAgent;
  let database: Database;
  const policy = () => workflowPolicyOf(environment.config(timings));
  const unitOfWork = () =>
    new PostgresUnitOfWork(database, { service: 'orchestrator' }, postgresStores(policy()));
  const newWorkflow = (plan = planOf([review])): WorkflowDefinition =>
    definitionOf(plan, { workflow_id: uuidv7() });
  const orphans = () => unitOfWork().run((tx) => tx.steps.orphans(Date.now() - periodMs));
  const stateOf = async ({ workflow_id }: WorkflowDefinition) =>
    (await environment.workflow(workflow_id)).state;
  /** The values of a scrape of /metrics. */
  const gauges = async (url: string) => {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const valueOf = (name: string) =>
      Number(new RegExp(`^${name}\\{[^}]*\\} (\\S+)`, 'm').exec(metrics)?.[1]);
    return {
      orphans: valueOf('ymera_orchestrator_orphans'),
      reconciledAtMs: valueOf('ymera_orchestrator_orphans_looked_at_seconds') * 1000,
    };
  };
  /** As if the service had been down for an hour. */
  const letAnHourPass = async (): Promise<void> => {
    for (const [table, column] of [
      ['timers', 'due_at'],
      ['active_steps', 'since'],
      ['task_attempts', 'lease_expires_at'],
      ['task_attempts', 'dispatch_deadline'],
    ])
      await database.sql.query(`UPDATE ${table} SET ${column} = ${column} - interval '1 hour'`);
  };
  /** Commits the start of a workflow and dies before anything of it is published. */
  const startAndDie = async (definition: WorkflowDefinition): Promise<void> => {
    const dying = new WorkflowEngine({
      unitOfWork: unitOfWork(),
      clock: { now: () => new Date() },
      newId: () => uuidv7(),
      random: () => 0.5,
      policy: policy(),
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
  };

  beforeAll(async () => {
    environment = await OrchestratorEnvironment.open();
    database = await createDatabase({
      url: environment.database.url,
      schema: 'orchestrator',
      migrations,
      poolSize: 2,
    });
    agent = await ScriptedAgent.join(environment.vhosts, 'reviewer', 'EXAMINATION');
    await environment.enrol(agent);
  });
  afterAll(async () => {
    await agent.leave();
    await database.close();
    await environment.close();
  });

  it('do not appear within one period after a crash with nothing published and every timer overdue', async () => {
    const failed = new Set<string>();
    agent.onTask = async (task: Task) => {
      const { workflow_id } = task.input;
      if (workflow_id !== retried.workflow_id || failed.has(workflow_id)) return agent.end(task);
      failed.add(workflow_id);
      const error = { code: 'network', message: 'No route.', retryable: true };
      return agent.end(task, { outcome: 'failed', error });
    };
    const retried = newWorkflow();
    const first = await environment.run(timings);
    await environment.start(retried);
    await eventually(async () => {
      const { steps } = await environment.workflow(retried.workflow_id);
      expect(steps[0]?.state).toBe('retry_wait');
    });
    await environment.stop(first);

    const unpublished = newWorkflow();
    await startAndDie(unpublished);
    await letAnHourPass();
    expect(await orphans()).toHaveLength(2);

    const second = await environment.run(timings);
    const backAt = Date.now();
    await eventually(
      async () => {
        const { orphans: count, reconciledAtMs } = await gauges(second.url);
        if (reconciledAtMs < backAt) throw new Error('no reconciliation yet');
        expect(count).toBe(0);
      },
      { timeoutMs: 2 * periodMs + 1000 },
    );
    expect(await orphans()).toEqual([]);
    for (const definition of [retried, unpublished])
      await eventually(async () => expect(await stateOf(definition)).toBe('completed'));
    expect(agent.tasks.filter(({ input }) => input.workflow_id === unpublished.workflow_id)).toHaveLength(1);
    await environment.stop(second);
  });

  it('made by a manual change of the database are reported, and repaired by the next pass', async () => {
    const service = await environment.run(timings);
    const waiting = newWorkflow(planOf([{ ...review, agent_type: 'LEARNING' }]));
    await environment.start(waiting);
    await eventually(async () => expect(await stateOf(waiting)).toBe('running'));
    await database.sql.query(`DELETE FROM timers WHERE workflow_id = $1`, [waiting.workflow_id]);
    await eventually(async () => expect((await gauges(service.url)).orphans).toBe(1), { timeoutMs: 6000 });
    await eventually(async () => expect((await gauges(service.url)).orphans).toBe(0), { timeoutMs: 6000 });
    const timers = await database.sql.query<{ kind: string }>(
      `SELECT kind FROM timers WHERE workflow_id = $1 ORDER BY kind`,
      [waiting.workflow_id],
    );
    expect(timers.map(({ kind }) => kind)).toEqual(['budget', 'queue']);
    await environment.stop(service);
  });
});

jest.setTimeout(40_000);
leakGuard();
