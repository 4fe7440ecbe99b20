import { workflowCompleted } from '@ymera/contracts';
import { OrchestratorInMemory } from '../testing/orchestrator-in-memory';
import { base, definitionOf, enhancePlan, planOf, review, workflowId } from '../testing/plans';
import { approvingVerdict, passedTests } from '../testing/run-scenario';

const secondId = '01936d00-0000-7000-8000-0000000000b2';
const reviewOnly = definitionOf(planOf([review]));

describe('the run engine', () => {
  let world: OrchestratorInMemory;

  beforeEach(() => {
    world = new OrchestratorInMemory();
  });

  it('brings a run from its order to its end', async () => {
    await world.joinAll();
    await world.start(definitionOf(enhancePlan));
    await world.end(world.lastTask(), { findings: [] });
    await world.end(world.lastTask(), { change: { base, patch: 'diff' } });
    await world.materialise();
    await world.end(world.lastTask(), { tests: passedTests(), metrics: { tool_ms: 800 } });
    await world.end(world.lastTask(), { verdict: approvingVerdict() });
    await world.land();

    expect(world.unitOfWork.outbox.payloads(workflowCompleted)).toEqual([
      expect.objectContaining({ result: expect.objectContaining({ tool_ms: 800 }) }),
    ]);
    expect(world.tasks().map(({ agent_id, type }) => `${agent_id} ${type}`)).toEqual([
      'reviewer-1 review',
      'enhancer-1 enhance',
      'tester-1 test',
      'reviewer-1 validate',
    ]);
    expect(world.unitOfWork.state.timers.size).toBe(0);
    expect(world.unitOfWork.state.steps.size).toBe(0);
  });

  it('runs one workflow for an order that arrives twice, also under another message id', async () => {
    await world.joinAll();
    const messageId = world.id();
    await world.start(reviewOnly, messageId);
    await world.start(reviewOnly, messageId);
    await world.start(reviewOnly);
    expect(world.tasks()).toHaveLength(1);
  });

  it('looks at a message once, whatever it says', async () => {
    await world.joinAll();
    const messageId = world.id();
    await world.start(reviewOnly, messageId);
    await world.start({ ...reviewOnly, workflow_id: secondId }, messageId);
    expect(world.unitOfWork.state.runs.size).toBe(1);
    const order = { workflow_id: workflowId, canceled_by: 'ada', reason: 'No.' };
    const canceling = world.id();
    await world.steering.cancel(canceling, order);
    const looks = world.traces.length;
    await world.steering.cancel(canceling, order);
    expect(world.traces).toHaveLength(looks);
  });

  it('publishes under the trace of the order, whoever brings the event', async () => {
    world.trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await world.joinAll();
    await world.start(definitionOf(enhancePlan));
    world.trace = undefined;
    await world.end(world.lastTask());
    await world.progressed(world.lastTask());
    await world.pass(10_200);
    expect(new Set(world.traces)).toEqual(
      new Set(['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01']),
    );
  });
});
