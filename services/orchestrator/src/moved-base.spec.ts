import type { AgentType } from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import { eventually, leakGuard } from '@ymera/testing';
import { base, definitionOf, enhancePlan } from './testing/plans';
import { approvingVerdict, passedTests } from './testing/workflow-scenario';
import { OrchestratorEnvironment } from './testing/running-orchestrator';
import { ScriptedAgent, type Task } from './testing/scripted-agent';

const runs = 5;

/**
 * Real: PostgreSQL, RabbitMQ, the whole service. Fake: agents over AMQP, and integration, whose branch moves by
 * compare-and-swap.
 */
describe('workflows that land at the same time', () => {
  let environment: OrchestratorEnvironment;
  const agents: ScriptedAgent[] = [];

  /** About exactly the change that the task names. */
  const work = async (agent: ScriptedAgent, task: Task): Promise<void> => {
    const { change } = task.input;
    await agent.accept(task);
    await agent.end(task, {
      ...(task.type === 'enhance' ? { change: { base: task.base, patch: 'diff' } } : {}),
      ...(task.type === 'test' ? { tests: passedTests(change?.tree) } : {}),
      ...(task.type === 'validate' && change
        ? {
            verdict: {
              ...approvingVerdict(),
              base: task.base,
              commit: change.commit,
              tree: change.tree,
            },
          }
        : {}),
    });
  };
  const join = async (agentId: string, agentType: AgentType): Promise<void> => {
    const agent = await ScriptedAgent.join(environment.vhosts, agentId, agentType);
    agent.onTask = (task) => work(agent, task);
    agents.push(agent);
    await environment.enrol(agent);
  };

  beforeAll(async () => {
    environment = await OrchestratorEnvironment.open();
    for (const type of ['EXAMINATION', 'ENHANCEMENT', 'TESTING'] as const)
      for (const number of [1, 2]) await join(`${type.toLowerCase()}-${number}`, type);
  });
  afterAll(async () => {
    await Promise.all(agents.map((agent) => agent.leave()));
    await environment.close();
  });

  it('all land in turn, each with the tree that was tested and examined; also across a restart', async () => {
    environment.heads.set('sample', base);
    const first = await environment.run();
    const ids = Array.from({ length: runs }, () => uuidv7());
    for (const workflow_id of ids) await environment.start(definitionOf(enhancePlan, { workflow_id }));
    await eventually(() => {
      if (!environment.published.some(({ type }) => type.startsWith('integration.landing.refused')))
        throw new Error('no change was overtaken yet');
    });
    await environment.stop(first);
    const second = await environment.run();

    const finished = await eventually(
      async () => {
        const found = await Promise.all(ids.map((id) => environment.workflow(id)));
        const open = found.filter(({ state }) => state !== 'completed');
        if (open.length > 0) throw new Error(JSON.stringify(open.map(({ error, steps }) => [error, steps])));
        return found;
      },
      { timeoutMs: 25_000 },
    );
    for (const { result } of finished) {
      expect(result.landed?.tree).toBe(result.tests?.tree);
      expect(result.landed?.tree).toBe(result.verdict?.tree);
      expect(result.landed?.commit).toBe(result.verdict?.commit);
    }
    // One line of commits: each is based on the one that landed before it.
    const landed = environment.published.filter(({ type }) => type.startsWith('integration.change.landed'));
    expect(landed).toHaveLength(runs);
    expect(landed.map(({ data }) => data['base'])).toEqual([
      base,
      ...landed.slice(0, -1).map(({ data }) => data['commit']),
    ]);
    await environment.stop(second);
  });
});

jest.setTimeout(60_000);
leakGuard();
