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
    const reconciled = async () => {
      await world.reconcile.execute();
      return world.orphans;
    };
    expect(await reconciled()).toBe(0);
    world.unitOfWork.state.timers.clear();
    world.clock.advance(6_000);
    expect(await reconciled()).toBe(1);
    expect(await reconciled()).toBe(0);
    expect(world.unitOfWork.state.timers.size).toBe(2);
  });

  it('takes nothing for an orphan that waits because no timer is fired while the broker is away', async () => {
    await world.start(reviewOnly);
    world.isBrokerAway = true;
    world.clock.advance(world.policy.queueMs + 60_000);
    await world.reconcile.execute();
    expect(world.orphans).toBe(0);
    world.isBrokerAway = false;
    await world.reconcile.execute();
    expect(world.orphans).toBe(1);
  });
});
