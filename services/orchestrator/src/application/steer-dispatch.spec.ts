import { dispatchPaused, dispatchResumed, workflowCompleted, workflowFailed } from '@ymera/contracts';
import { OrchestratorInMemory } from '../testing/orchestrator-in-memory';
import { definitionOf, planOf, review, test, workflowId } from '../testing/plans';
import { passedTests } from '../testing/run-scenario';

const grace = { name: 'grace', roles: ['admin'] };
const ada = { name: 'ada', roles: ['admin'] };
const reviewOnly = definitionOf(planOf([review], 900));
const hourMs = 3_600_000;

describe('the brake on all dispatch', () => {
  let world: OrchestratorInMemory;
  beforeEach(async () => {
    world = new OrchestratorInMemory();
    await world.joinAll();
  });
  const resume = async () => {
    const state = await world.brake.resume(grace, 'It is back.');
    await world.settle();
    return state;
  };
  const failures = () => world.unitOfWork.outbox.payloads(workflowFailed);

  it('offers nobody anything, says why, and offers at once when it is released', async () => {
    await world.brake.pause(grace, 'The provider is down.');
    await world.start(reviewOnly);
    await world.reconcile.execute();
    await world.join('reviewer-2', 'EXAMINATION');
    expect(world.tasks()).toEqual([]);
    const view = await world.reading.one(workflowId);
    expect(view.ok && view.value.steps[0]?.reasons.at(-1)).toContain(
      'grace has paused all dispatch: The provider is down.',
    );
    await expect(world.brake.state()).resolves.toMatchObject({
      state: 'paused',
      changed_by: 'grace',
      reason: 'The provider is down.',
      waiting: 1,
    });
    await expect(resume()).resolves.toMatchObject({ state: 'running', changed_by: 'grace' });
    expect(world.tasks()).toHaveLength(1);
  });

  it('lets work go on that was given before, and gives nobody the next step', async () => {
    await world.start(definitionOf(planOf([review, { ...test, depends_on: ['review'] }])));
    await world.accept(world.lastTask());
    await world.brake.pause(grace, 'The provider is down.');
    await world.progressed(world.lastTask());
    await world.end(world.lastTask(), { findings: [] });
    expect(world.tasks()).toHaveLength(1);
    await resume();
    await world.end(world.lastTask(), { tests: passedTests() });
    expect(world.unitOfWork.outbox.payloads(workflowCompleted)).toHaveLength(1);
  });

  it('fails no run for a pause that is longer than its patience and its budget', async () => {
    await world.brake.pause(grace, 'A long night.');
    await world.start(reviewOnly);
    world.clock.advance(hourMs);
    await world.pass(200);
    expect(failures()).toEqual([]);
    await world.brake.resume(grace, 'Morning.');
    await world.pass(200);
    expect(failures()).toEqual([]);
    await world.settle();
    await world.end(world.lastTask(), { findings: [] });
    expect(world.unitOfWork.outbox.payloads(workflowCompleted)).toHaveLength(1);
  });

  it('still fails a run for whose steps nobody comes after the pause', async () => {
    await world.brake.pause(grace, 'A long night.');
    await world.start(definitionOf(planOf([{ ...review, agent_type: 'SECURITY' }])));
    world.clock.advance(hourMs);
    await world.pass(200);
    await world.brake.resume(grace, 'Morning.');
    world.clock.advance(world.policy.queueMs - 1000);
    await world.pass(100);
    expect(failures()).toEqual([]);
    world.clock.advance(31_000);
    await world.pass(200);
    expect(failures()).toMatchObject([{ error: { code: 'agent_unavailable' } }]);
  });

  it('tells each change once, and keeps to the first of two orders', async () => {
    await world.brake.pause(grace, 'The provider is down.');
    await expect(world.brake.pause(ada, 'Me too.')).resolves.toMatchObject({ changed_by: 'grace' });
    await resume();
    await expect(world.brake.resume(ada, 'Again.')).resolves.toMatchObject({ changed_by: 'grace' });
    await world.brake.pause(ada, 'Once more.');
    expect(world.unitOfWork.outbox.payloads(dispatchPaused)).toMatchObject([
      { paused_by: 'grace' },
      { paused_by: 'ada' },
    ]);
    expect(world.unitOfWork.outbox.payloads(dispatchResumed)).toMatchObject([{ resumed_by: 'grace' }]);
  });
});
