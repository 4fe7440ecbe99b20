import { workflowCompleted } from '@ymera/contracts';
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
});
