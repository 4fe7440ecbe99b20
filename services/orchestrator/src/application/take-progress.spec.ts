import { taskProgressed } from '@ymera/contracts';
import { OrchestratorInMemory } from '../testing/orchestrator-in-memory';
import { definitionOf, planOf, review, workflowId } from '../testing/plans';

const reviewOnly = definitionOf(planOf([review]));

describe('progress of an attempt', () => {
  let world: OrchestratorInMemory;

  beforeEach(() => {
    world = new OrchestratorInMemory();
  });

  it('extends the lease with every progress, without touching the run', async () => {
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(reviewOnly);
    await world.accept(world.lastTask());
    const before = world.unitOfWork.state.runs.get(workflowId)?.run;
    for (let beats = 0; beats < 6; beats += 1) {
      await world.pass(9_000);
      await world.progressed(world.lastTask());
    }
    expect(world.unitOfWork.state.runs.get(workflowId)?.run).toEqual(before);
    expect(world.tasks()).toHaveLength(1);
    expect((await world.stepOf('review')).progress).toBe(0.5);
    await world.pass(15_200);
    expect((await world.stepOf('review')).state).toBe('ready');
  });

  it('publishes progress at most four times a second per task', async () => {
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(reviewOnly);
    for (let beats = 0; beats < 20; beats += 1) {
      await world.progressed(world.lastTask(), beats / 20);
      world.clock.advance(50);
    }
    expect(world.unitOfWork.outbox.payloads(taskProgressed)).toHaveLength(4);
  });

  it('takes no heartbeat from who does not hold the attempt', async () => {
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(reviewOnly);
    await world.accept(world.lastTask());
    await world.progressed(world.lastTask(), 0.9, 'somebody-else');
    expect((await world.stepOf('review')).progress).toBe(0);
    expect(world.refused).toEqual(['not_holder']);
  });

  it('tells an agent to stop that shows progress on what was taken from it', async () => {
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(reviewOnly);
    const first = world.lastTask();
    await world.steering.cancel(world.id(), { workflow_id: workflowId, canceled_by: 'ada', reason: 'No.' });
    await world.progressed(first);
    expect(world.canceled()).toHaveLength(2);
  });
});
