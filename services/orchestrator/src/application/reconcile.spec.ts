import { OrchestratorInMemory } from '../testing/orchestrator-in-memory';
import { definitionOf, planOf, review } from '../testing/plans';

const reviewOnly = definitionOf(planOf([review]));

describe('Reconcile', () => {
  let environment: OrchestratorInMemory;

  beforeEach(() => {
    environment = new OrchestratorInMemory();
  });

  it('finds, reports and repairs a step without a timer', async () => {
    await environment.start(reviewOnly);
    await environment.reconcile.execute();
    environment.unitOfWork.state.timers.clear();
    environment.clock.advance(6_000);
    await environment.reconcile.execute();
    await environment.reconcile.execute();
    expect(environment.orphansSeen).toEqual([0, 1, 0]);
    expect(environment.unitOfWork.state.timers.size).toBe(2);
  });

  it('does not count a step as orphaned that is overdue because timers could not be fired, then or right afterwards', async () => {
    await environment.start(reviewOnly);
    environment.isBrokerUnavailable = true;
    environment.clock.advance(environment.policy.queueMs + 60_000);
    await environment.reconcile.execute();
    expect(environment.orphansSeen).toEqual([]);
    environment.isBrokerUnavailable = false;
    await environment.reconcile.execute();
    expect(environment.orphansSeen).toEqual([0]);
  });

  it('does not count a step as orphaned that was late only until the next pass', async () => {
    await environment.start(reviewOnly);
    environment.clock.advance(environment.policy.queueMs + 60_000);
    environment.isFiringLate = true;
    await environment.reconcile.execute();
    expect(environment.orphansSeen).toEqual([0]);
  });
});
