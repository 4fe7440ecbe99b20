import { workflowCompleted, workflowFailed } from '@ymera/contracts';
import { OrchestratorInMemory } from '../testing/orchestrator-in-memory';
import { base, definitionOf, enhancePlan, planOf, review, workflowId } from '../testing/plans';
import { approvingVerdict, passedTests } from '../testing/workflow-scenario';

const secondId = '01936d00-0000-7000-8000-0000000000b2';
const reviewOnly = definitionOf(planOf([review]));

describe('WorkflowEngine', () => {
  let environment: OrchestratorInMemory;

  beforeEach(() => {
    environment = new OrchestratorInMemory();
  });

  it('executes a workflow from its order to its end', async () => {
    await environment.joinAll();
    await environment.start(definitionOf(enhancePlan));
    await environment.end(environment.lastTask(), { findings: [] });
    await environment.end(environment.lastTask(), { change: { base, patch: 'diff' } });
    await environment.recordCommit();
    await environment.end(environment.lastTask(), { tests: passedTests(), metrics: { tool_ms: 800 } });
    await environment.end(environment.lastTask(), { verdict: approvingVerdict() });
    await environment.land();

    expect(environment.unitOfWork.outbox.payloads(workflowCompleted)).toEqual([
      expect.objectContaining({ result: expect.objectContaining({ tool_ms: 800 }) }),
    ]);
    expect(environment.tasks().map(({ agent_id, type }) => `${agent_id} ${type}`)).toEqual([
      'reviewer-1 review',
      'enhancer-1 enhance',
      'tester-1 test',
      'reviewer-1 validate',
    ]);
    expect(environment.unitOfWork.state.timers.size).toBe(0);
    expect(environment.unitOfWork.state.steps.size).toBe(0);
  });

  it('starts one workflow for an order that arrives twice, also under another message id', async () => {
    await environment.joinAll();
    const messageId = environment.id();
    await environment.start(reviewOnly, messageId);
    await environment.start(reviewOnly, messageId);
    await environment.start(reviewOnly);
    expect(environment.tasks()).toHaveLength(1);
  });

  it('handles a message id once, whatever its content', async () => {
    await environment.joinAll();
    const messageId = environment.id();
    await environment.start(reviewOnly, messageId);
    await environment.start({ ...reviewOnly, workflow_id: secondId }, messageId);
    expect(environment.unitOfWork.state.runs.size).toBe(1);
    const order = { workflow_id: workflowId, canceled_by: 'ada', reason: 'No.' };
    const canceling = environment.id();
    await environment.control.cancel(canceling, order);
    const polls = environment.traces.length;
    await environment.control.cancel(canceling, order);
    expect(environment.traces).toHaveLength(polls);
  });

  it('publishes under the trace of the order, whatever the trace of the event', async () => {
    environment.trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await environment.joinAll();
    await environment.start(definitionOf(enhancePlan));
    environment.trace = undefined;
    await environment.end(environment.lastTask());
    await environment.progressed(environment.lastTask());
    await environment.pass(10_200);
    expect(new Set(environment.traces)).toEqual(
      new Set(['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01']),
    );
  });

  const failure = { code: 'agent_failed', message: 'Code 1.', retryable: false };

  it('gives a step that one agent failed to another one, and completes', async () => {
    await environment.join('-aa', 'EXAMINATION');
    await environment.join('reviewer-1', 'EXAMINATION');
    await environment.start(reviewOnly);
    const first = environment.lastTask();
    await environment.end(first, { outcome: 'failed', error: failure });
    const second = environment.lastTask();
    expect([first.agent_id, second.agent_id].sort()).toEqual(['-aa', 'reviewer-1']);
    expect(second).toMatchObject({ task_id: first.task_id, attempt: 2 });
    await environment.end(second);
    expect(environment.unitOfWork.outbox.payloads(workflowCompleted)).toHaveLength(1);
  });

  it('waits for another agent that is busy, and does not ask the one that failed', async () => {
    await environment.join('reviewer-1', 'EXAMINATION');
    await environment.join('reviewer-2', 'EXAMINATION');
    await environment.start(definitionOf(planOf([review]), { workflow_id: secondId }));
    const busy = environment.lastTask();
    await environment.start(reviewOnly);
    const failing = environment.lastTask();
    await environment.end(failing, { outcome: 'failed', error: failure });
    expect(environment.tasks()).toHaveLength(2);
    expect((await environment.stepOf('review')).state).toBe('ready');
    await environment.end(busy);
    expect(environment.lastTask()).toMatchObject({ agent_id: busy.agent_id, task_id: failing.task_id });
  });

  it('fails at once with the agent’s own error when no other agent is there', async () => {
    await environment.join('reviewer-1', 'EXAMINATION');
    await environment.start(reviewOnly);
    await environment.end(environment.lastTask(), { outcome: 'failed', error: failure });
    expect(environment.unitOfWork.outbox.payloads(workflowFailed)).toMatchObject([{ error: failure }]);
    expect(environment.tasks()).toHaveLength(1);
  });

  it('fails once the last other agent is gone while the step waits for it', async () => {
    await environment.join('reviewer-1', 'EXAMINATION');
    await environment.join('reviewer-2', 'EXAMINATION');
    await environment.start(definitionOf(planOf([review]), { workflow_id: secondId }));
    const busy = environment.lastTask();
    await environment.start(reviewOnly);
    const failing = environment.lastTask();
    await environment.end(failing, { outcome: 'failed', error: failure });
    await environment.retire(busy.agent_id);
    expect(environment.unitOfWork.outbox.payloads(workflowFailed)).toContainEqual(
      expect.objectContaining({ workflow_id: workflowId, error: expect.objectContaining(failure) }),
    );
  });

  it('gives sequential work of agents without load to the one idle for longest', async () => {
    await environment.join('-aa', 'EXAMINATION');
    await environment.join('reviewer-1', 'EXAMINATION');
    await environment.start(reviewOnly);
    await environment.end(environment.lastTask());
    await environment.pass(100);
    await environment.start(definitionOf(planOf([review]), { workflow_id: secondId }));
    expect(environment.tasks().map(({ agent_id }) => agent_id)).toEqual(['-aa', 'reviewer-1']);
  });
});
