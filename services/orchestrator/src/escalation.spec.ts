import { findingDigest, resolveGate, resolveGateV1, type Escalation, type PayloadOf } from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import { createDatabase } from '@ymera/persistence';
import { eventually, leakGuard } from '@ymera/testing';
import { migrations } from './adapters/persistence/migrations';
import { base, definitionOf, loopingPlan } from './testing/plans';
import { badFinding, judgement, passedTests, rejectingVerdict } from './testing/workflow-scenario';
import { OrchestratorEnvironment } from './testing/running-orchestrator';
import { ScriptedAgent, type Task } from './testing/scripted-agent';

type Decision = PayloadOf<typeof resolveGate>;

/** Real: PostgreSQL, RabbitMQ, the whole service. Fake: agents over AMQP, integration, coordinator, registry. */
// Mission: D1
describe('the escalation of the orchestrator', () => {
  let environment: OrchestratorEnvironment;
  const agents: ScriptedAgent[] = [];
  const tasks = (type: string): Task[] =>
    agents.flatMap((agent) => agent.tasks.filter((task) => task.type === type));

  /** Workflows whose changes pass their tests; the examination approves them only with waivers. */
  const judged = new Set<string>();

  /** Reviews and changes well; every other change fails its tests. */
  const work = async (agent: ScriptedAgent, task: Task): Promise<void> => {
    await agent.accept(task);
    await agent.end(task, {
      ...(task.type === 'enhance' ? { change: { base, patch: 'diff' } } : {}),
      ...(task.type === 'validate'
        ? { verdict: { ...rejectingVerdict(judgement), approved: task.input.waivers !== undefined } }
        : {}),
      ...(task.type === 'test' && judged.has(task.input.workflow_id) ? { tests: passedTests() } : {}),
      ...(task.type === 'test' && !judged.has(task.input.workflow_id)
        ? { tests: { ...passedTests(), failed: 1, exit_code: 1 }, findings: [badFinding] }
        : {}),
    });
  };
  const gates = (workflowId: string) =>
    environment.facts('orchestrator.gate.opened', workflowId).map(({ data }) => ({
      gateId: String(data['gate_id']),
      digest: String(data['subject_digest']),
      escalation: data['escalation'] as Escalation,
    }));
  const opened = (workflowId: string, which: number) =>
    eventually(() => {
      const gate = gates(workflowId)[which];
      if (!gate) throw new Error('not open');
      return gate;
    });
  const decision = (workflowId: string, over: Partial<Decision>): Decision => ({
    gate_id: '',
    workflow_id: workflowId,
    subject_digest: '',
    decision: 'approved',
    approval_id: uuidv7(),
    decided_by: 'grace',
    decided_at: new Date().toISOString(),
    ...over,
  });

  beforeAll(async () => {
    environment = await OrchestratorEnvironment.open();
    for (const agentType of ['EXAMINATION', 'ENHANCEMENT', 'TESTING'] as const) {
      const agent = await ScriptedAgent.join(environment.vhosts, agentType.toLowerCase(), agentType);
      agent.onTask = (task) => work(agent, task);
      agents.push(agent);
      await environment.enrol(agent);
    }
  });
  afterAll(async () => {
    await Promise.all(agents.map((agent) => agent.leave()));
    await environment.close();
  });

  it('applies a decision that arrived during a restart once, and no stale one', async () => {
    const first = await environment.run();
    const definition = definitionOf(loopingPlan, { workflow_id: uuidv7() });
    const { workflow_id } = definition;
    await environment.start(definition);
    const asked = await opened(workflow_id, 0);
    expect(asked.escalation).toMatchObject({ escalation: 1, step_id: 'test', findings: [badFinding] });
    expect(environment.facts('orchestrator.workflow.escalated', workflow_id)).toHaveLength(1);
    await environment.stop(first);

    const retry = decision(workflow_id, {
      gate_id: asked.gateId,
      subject_digest: asked.digest,
      option: 'retry',
      reason: 'Look at the loop.',
    });
    const messageId = uuidv7();
    // In the format of an older coordinator, which may still be in the queue.
    const { decided_at: _, ...before } = { ...retry, option: 'retry' as const };
    await environment.order(resolveGateV1, before, {}, messageId);
    await environment.order(resolveGate, retry, {}, messageId);
    await environment.order(resolveGate, retry);
    const second = await environment.run();
    const again = await opened(workflow_id, 1);
    expect(tasks('enhance')).toHaveLength(3);
    expect(tasks('enhance').at(-1)?.input.feedback).toMatchObject([{ code: 'note' }, badFinding]);

    // About the previous gate, and about another subject of this one: without effect, but stored.
    await environment.order(resolveGate, { ...retry, option: 'abandon', decision: 'denied' });
    await environment.order(resolveGate, {
      ...retry,
      gate_id: again.gateId,
      option: 'abandon',
      decision: 'denied',
    });
    await environment.order(
      resolveGate,
      decision(workflow_id, { gate_id: again.gateId, subject_digest: again.digest, option: 'take_over' }),
    );
    const workflow = await eventually(async () => {
      const found = await environment.workflow(workflow_id);
      if (found.state !== 'failed') throw new Error(found.state);
      return found;
    });
    expect(workflow.error?.code).toBe('taken_over');
    expect(workflow.result.change?.commit).toBe(again.escalation.change?.commit);
    expect(tasks('enhance')).toHaveLength(3);

    const database = await createDatabase({
      url: environment.database.url,
      schema: 'orchestrator',
      migrations,
      poolSize: 1,
    });
    const kept = await database.sql.query(
      `SELECT option, outcome FROM gate_decisions JOIN gates USING (gate_id) WHERE kind = 'escalation'
       ORDER BY gate_id, option`,
    );
    await database.close();
    expect(kept).toEqual([
      { option: 'abandon', outcome: 'approved' },
      { option: 'retry', outcome: 'approved' },
      { option: 'abandon', outcome: 'approved' },
      { option: 'take_over', outcome: 'approved' },
    ]);
    await environment.stop(second);
  });

  it('lets the examination approve the same change once it is accepted, across a restart, and lands it', async () => {
    const first = await environment.run();
    const definition = definitionOf(loopingPlan, { workflow_id: uuidv7() });
    const { workflow_id } = definition;
    judged.add(workflow_id);
    await environment.start(definition);
    const asked = await opened(workflow_id, 0);
    expect(asked.escalation).toMatchObject({
      step_id: 'validate',
      findings: [judgement],
      options: ['retry', 'take_over', 'abandon', 'accept'],
    });
    const accept = decision(workflow_id, {
      gate_id: asked.gateId,
      subject_digest: asked.digest,
      option: 'accept',
      reason: 'It is within the noise.',
    });
    const produced = tasks('enhance').length;
    await environment.stop(first);
    await environment.order(resolveGate, { ...accept, decided_by: definition.requested_by });
    await environment.order(resolveGate, { ...accept, reason: 'ok' });
    await environment.order(resolveGate, accept);
    await environment.order(resolveGate, accept);
    const second = await environment.run();
    const workflow = await eventually(async () => {
      const found = await environment.workflow(workflow_id);
      if (found.state !== 'completed') throw new Error(JSON.stringify(found.error ?? found.state));
      return found;
    });
    const waiver = {
      code: judgement.code,
      digest: findingDigest(judgement),
      tree: asked.escalation.change?.tree,
      accepted_by: 'grace',
      reason: 'It is within the noise.',
      accepted_at: accept.decided_at,
    };
    expect(workflow.result).toMatchObject({
      landed: { tree: waiver.tree },
      verdict: { approved: true, findings: [judgement], waivers: [waiver] },
    });
    expect(tasks('validate').at(-1)?.input.waivers).toMatchObject([waiver]);
    expect(tasks('enhance')).toHaveLength(produced);
    await environment.stop(second);
  });
});

jest.setTimeout(40_000);
leakGuard();
