import { uuidv7 } from '@ymera/kernel';
import { eventually, leakGuard } from '@ymera/testing';
import { outcomeOf } from './testing/outcomes';
import { definitionOf, enhancePlan } from './testing/plans';
import { OrchestratorEnvironment } from './testing/running-orchestrator';
import { ScriptedAgent, type Task } from './testing/scripted-agent';

/** Real: PostgreSQL, RabbitMQ, the whole service. Alone on the machine, because it asserts a latency. */
describe('the dispatch latency of the orchestrator', () => {
  let environment: OrchestratorEnvironment;
  beforeAll(async () => {
    environment = await OrchestratorEnvironment.open();
  });
  afterAll(() => environment.close());

  /** Takes a moment, as work does: three messages at once would only wait for each other's transactions. */
  const work = async (agent: ScriptedAgent, task: Task): Promise<void> => {
    await agent.accept(task);
    await new Promise((resolve) => setTimeout(resolve, 40));
    await agent.end(task, outcomeOf(task));
  };
  const join = async (agentType: 'EXAMINATION' | 'ENHANCEMENT' | 'TESTING'): Promise<ScriptedAgent> => {
    const agent = await ScriptedAgent.join(environment.vhosts, `quick-${agentType.toLowerCase()}`, agentType);
    agent.onTask = (task) => work(agent, task);
    await environment.enrol(agent);
    return agent;
  };

  it('is milliseconds from a result to the next step', async () => {
    const service = await environment.run();
    const agents = await Promise.all([join('EXAMINATION'), join('ENHANCEMENT'), join('TESTING')]);
    const [examiner, enhancer, tester] = agents;
    const latencies: number[] = [];
    const runs: number[] = [];
    for (let workflow = 0; workflow < 15; workflow += 1) {
      const definition = definitionOf(enhancePlan, { workflow_id: uuidv7() });
      const begun = performance.now();
      await environment.start(definition);
      await eventually(
        async () => expect((await environment.workflow(definition.workflow_id)).state).toBe('completed'),
        { timeoutMs: 8000 },
      );
      runs.push(performance.now() - begun);
      const of = (agent: ScriptedAgent | undefined, type: string) =>
        agent?.messages.find(
          ({ type: name, body }) =>
            name === 'task' &&
            (body as Task).type === type &&
            (body as Task).input.workflow_id === definition.workflow_id,
        );
      for (const [from, fromType, to, toType] of [
        [examiner, 'review', enhancer, 'enhance'],
        [tester, 'test', examiner, 'validate'],
      ] as const) {
        const first = of(from, fromType);
        const next = of(to, toType);
        const done = first && from?.endedAt.get((first.body as Task).task_id);
        if (done !== undefined && next) latencies.push(next.at - done);
      }
    }
    const median = (list: number[]): number =>
      [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;
    const p95 = [...latencies].sort((a, b) => a - b)[Math.floor(latencies.length * 0.95)];
    console.info(
      `result to next task: median ${median(latencies).toFixed(1)} ms, p95 ${p95?.toFixed(1)} ms; 5-step workflow with 160 ms of work: median ${median(runs).toFixed(0)} ms`,
    );
    expect(latencies).toHaveLength(30);
    expect(median(latencies)).toBeLessThan(100);
    await Promise.all(agents.map((agent) => agent.leave()));
    await environment.stop(service);
  });
});

jest.setTimeout(60_000);
leakGuard();
