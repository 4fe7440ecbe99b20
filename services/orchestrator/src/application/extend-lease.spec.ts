import { taskProgressed } from '@ymera/contracts';
import { OrchestratorInMemory } from '../testing/orchestrator-in-memory';
import { definitionOf, planOf, review, workflowId } from '../testing/plans';

const reviewOnly = definitionOf(planOf([review]));

describe('ExtendLease', () => {
  let environment: OrchestratorInMemory;

  beforeEach(() => {
    environment = new OrchestratorInMemory();
  });

  it('extends the lease with every progress, without touching the workflow', async () => {
    await environment.join('reviewer-1', 'EXAMINATION');
    await environment.start(reviewOnly);
    await environment.accept(environment.lastTask());
    const before = environment.unitOfWork.state.runs.get(workflowId)?.workflow;
    for (let beats = 0; beats < 6; beats += 1) {
      await environment.pass(9_000);
      await environment.progressed(environment.lastTask());
    }
    expect(environment.unitOfWork.state.runs.get(workflowId)?.workflow).toEqual(before);
    expect(environment.tasks()).toHaveLength(1);
    expect((await environment.stepOf('review')).progress).toBe(0.5);
    await environment.pass(15_200);
    expect((await environment.stepOf('review')).state).toBe('ready');
  });

  it('publishes progress at most four times a second per task', async () => {
    await environment.join('reviewer-1', 'EXAMINATION');
    await environment.start(reviewOnly);
    for (let beats = 0; beats < 20; beats += 1) {
      await environment.progressed(environment.lastTask(), beats / 20);
      environment.clock.advance(50);
    }
    expect(environment.unitOfWork.outbox.payloads(taskProgressed)).toHaveLength(4);
  });

  it('ignores a heartbeat from a sender that does not hold the attempt', async () => {
    await environment.join('reviewer-1', 'EXAMINATION');
    await environment.start(reviewOnly);
    await environment.accept(environment.lastTask());
    await environment.progressed(environment.lastTask(), 0.9, 'other-principal');
    expect((await environment.stepOf('review')).progress).toBe(0);
    expect(environment.refused).toEqual(['not_holder']);
  });

  it('cancels an agent that reports progress on an attempt that was taken from it', async () => {
    await environment.join('reviewer-1', 'EXAMINATION');
    await environment.start(reviewOnly);
    const first = environment.lastTask();
    await environment.control.cancel(environment.id(), {
      workflow_id: workflowId,
      canceled_by: 'ada',
      reason: 'No.',
    });
    await environment.progressed(first);
    expect(environment.canceled()).toHaveLength(2);
  });
});
