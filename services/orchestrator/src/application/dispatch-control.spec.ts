import { dispatchPaused, dispatchResumed, workflowCompleted, workflowFailed } from '@ymera/contracts';
import { OrchestratorInMemory } from '../testing/orchestrator-in-memory';
import { definitionOf, planOf, review, test, workflowId } from '../testing/plans';
import { passedTests } from '../testing/workflow-scenario';

const grace = { name: 'grace', roles: ['admin'] };
const ada = { name: 'ada', roles: ['admin'] };
const reviewOnly = definitionOf(planOf([review], 900));
const hourMs = 3_600_000;

describe('DispatchControl', () => {
  let environment: OrchestratorInMemory;
  beforeEach(async () => {
    environment = new OrchestratorInMemory();
    await environment.joinAll();
  });
  const resume = async () => {
    const state = await environment.pauses.resume(grace, 'It works again.');
    await environment.settle();
    return state;
  };
  const failures = () => environment.unitOfWork.outbox.payloads(workflowFailed);

  it('offers no work while paused, gives the reason, and offers at once after the resumption', async () => {
    await environment.pauses.pause(grace, 'The provider is down.');
    await environment.start(reviewOnly);
    await environment.reconcile.execute();
    await environment.join('reviewer-2', 'EXAMINATION');
    expect(environment.tasks()).toEqual([]);
    const view = await environment.reading.one(workflowId);
    expect(view.ok && view.value.steps[0]?.reasons.at(-1)).toContain(
      'grace has paused all dispatch: The provider is down.',
    );
    await expect(environment.pauses.state()).resolves.toMatchObject({
      state: 'paused',
      changed_by: 'grace',
      reason: 'The provider is down.',
      waiting: 1,
    });
    await expect(resume()).resolves.toMatchObject({ state: 'running', changed_by: 'grace' });
    expect(environment.tasks()).toHaveLength(1);
  });

  it('lets dispatched work continue during a pause, and dispatches no next step', async () => {
    await environment.start(definitionOf(planOf([review, { ...test, depends_on: ['review'] }])));
    await environment.accept(environment.lastTask());
    await environment.pauses.pause(grace, 'The provider is down.');
    await environment.progressed(environment.lastTask());
    await environment.end(environment.lastTask(), { findings: [] });
    expect(environment.tasks()).toHaveLength(1);
    await resume();
    await environment.end(environment.lastTask(), { tests: passedTests() });
    expect(environment.unitOfWork.outbox.payloads(workflowCompleted)).toHaveLength(1);
  });

  it('fails no workflow for a pause longer than its queue timeout and its budget', async () => {
    await environment.pauses.pause(grace, 'A long night.');
    await environment.start(reviewOnly);
    environment.clock.advance(hourMs);
    await environment.pass(200);
    expect(failures()).toEqual([]);
    await environment.pauses.resume(grace, 'Morning.');
    await environment.pass(200);
    expect(failures()).toEqual([]);
    await environment.settle();
    await environment.end(environment.lastTask(), { findings: [] });
    expect(environment.unitOfWork.outbox.payloads(workflowCompleted)).toHaveLength(1);
  });

  it('still fails a workflow whose steps find no agent after the pause', async () => {
    await environment.pauses.pause(grace, 'A long night.');
    await environment.start(definitionOf(planOf([{ ...review, agent_type: 'SECURITY' }])));
    environment.clock.advance(hourMs);
    await environment.pass(200);
    await environment.pauses.resume(grace, 'Morning.');
    environment.clock.advance(environment.policy.queueMs - 1000);
    await environment.pass(100);
    expect(failures()).toEqual([]);
    environment.clock.advance(31_000);
    await environment.pass(200);
    expect(failures()).toMatchObject([{ error: { code: 'agent_unavailable' } }]);
  });

  it('publishes each change once, and keeps the first of two equal orders', async () => {
    await environment.pauses.pause(grace, 'The provider is down.');
    await expect(environment.pauses.pause(ada, 'Me too.')).resolves.toMatchObject({ changed_by: 'grace' });
    await resume();
    await expect(environment.pauses.resume(ada, 'Again.')).resolves.toMatchObject({ changed_by: 'grace' });
    await environment.pauses.pause(ada, 'Once more.');
    expect(environment.unitOfWork.outbox.payloads(dispatchPaused)).toMatchObject([
      { paused_by: 'grace' },
      { paused_by: 'ada' },
    ]);
    expect(environment.unitOfWork.outbox.payloads(dispatchResumed)).toMatchObject([{ resumed_by: 'grace' }]);
  });
});
