import { OrchestratorInMemory } from '../testing/orchestrator-in-memory';
import { definitionOf, planOf, review } from '../testing/plans';

const reviewOnly = definitionOf(planOf([review]));

describe('the reconciler', () => {
  let world: OrchestratorInMemory;

  beforeEach(() => {
    world = new OrchestratorInMemory();
  });

  it('finds a step that nothing would move, says so, and puts it right', async () => {
    await world.start(reviewOnly);
    await world.reconcile.execute();
    world.unitOfWork.state.timers.clear();
    world.clock.advance(6_000);
    await world.reconcile.execute();
    await world.reconcile.execute();
    expect(world.orphansSeen).toEqual([0, 1, 0]);
    expect(world.unitOfWork.state.timers.size).toBe(2);
  });

  it('takes nothing for an orphan that is overdue because nothing could be fired, neither then nor right afterwards', async () => {
    await world.start(reviewOnly);
    world.isBrokerAway = true;
    world.clock.advance(world.policy.queueMs + 60_000);
    await world.reconcile.execute();
    expect(world.orphansSeen).toEqual([]);
    world.isBrokerAway = false;
    await world.reconcile.execute();
    expect(world.orphansSeen).toEqual([0]);
  });

  it('takes nothing for an orphan that was late only until the next look', async () => {
    await world.start(reviewOnly);
    world.clock.advance(world.policy.queueMs + 60_000);
    world.isFiringLate = true;
    await world.reconcile.execute();
    expect(world.orphansSeen).toEqual([0]);
  });
});
