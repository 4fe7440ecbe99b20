import { resultRefused, workflowCompleted, workflowFailed } from '@ymera/contracts';
import { OrchestratorInMemory } from '../testing/orchestrator-in-memory';
import { definitionOf, gatedPlan, planOf, review, workflowId } from '../testing/plans';

const secondId = '01936d00-0000-7000-8000-0000000000b2';
const reviewOnly = definitionOf(planOf([review]));

describe('timers', () => {
  let world: OrchestratorInMemory;

  beforeEach(() => {
    world = new OrchestratorInMemory();
  });

  it('redispatches to another agent when the lease runs out, and refuses the late result', async () => {
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(reviewOnly);
    await world.accept(world.lastTask());
    await world.join('reviewer-2', 'EXAMINATION');
    const first = world.lastTask();
    await world.pass(14_900);
    expect(world.tasks()).toHaveLength(1);
    await world.pass(200);
    expect(world.lastTask()).toMatchObject({ agent_id: 'reviewer-2', attempt: 2, fencing_token: 2 });
    expect(world.canceled().map(({ agent_id }) => agent_id)).toEqual(['reviewer-1']);

    await world.end(first);
    expect(world.unitOfWork.outbox.payloads(resultRefused)).toEqual([
      expect.objectContaining({ fencing_token: 1, error: expect.objectContaining({ code: 'fenced' }) }),
    ]);
    expect(world.refused).toEqual(['fenced']);
    await world.end(world.lastTask());
    expect(world.unitOfWork.outbox.payloads(workflowCompleted)).toHaveLength(1);
  });

  it('waits for an agent of that type when the lease runs out and there is no other', async () => {
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(reviewOnly);
    await world.accept(world.lastTask());
    await world.agents.livenessChanged({
      id: world.id(),
      time: world.clock.now(),
      aggregateVersion: 1,
      payload: {
        agent_id: 'reviewer-1',
        agent_type: 'EXAMINATION',
        principal_id: 'reviewer-1-principal',
        from: 'online',
        to: 'offline',
        last_report_at: null,
        missed: 5,
      },
    });
    await world.pass(15_200);
    expect((await world.stepOf('review')).state).toBe('ready');
    await world.join('reviewer-2', 'EXAMINATION');
    expect(world.lastTask().agent_id).toBe('reviewer-2');
  });

  it('fires the timers of others when those of one run cannot be fired', async () => {
    await world.start(definitionOf(planOf([review], 20)));
    await world.start({ ...definitionOf(planOf([review], 20)), workflow_id: secondId });
    const broken = world.unitOfWork.state.runs.get(workflowId);
    Object.assign(broken?.run.definition.plan ?? {}, { steps: [] });
    await world.pass(20_100);
    expect(world.unitOfWork.outbox.payloads(workflowFailed).map(({ workflow_id }) => workflow_id)).toEqual([
      secondId,
    ]);
    const now = world.clock.now().getTime();
    expect(await world.timers.fireDue(now)).toBeGreaterThan(now);
  });

  it('tries again after a pause when an error may pass, on the timer alone', async () => {
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(reviewOnly);
    await world.end(world.lastTask(), {
      outcome: 'failed',
      error: { code: 'network', message: 'No route.', retryable: true },
    });
    expect((await world.stepOf('review')).state).toBe('retry_wait');
    await world.pass(400);
    expect(world.lastTask()).toMatchObject({ attempt: 2, fencing_token: 2 });
  });

  it('fails a run that is over its budget, and one whose agents never come', async () => {
    await world.start(definitionOf(planOf([review], 20)));
    await world.start({ ...reviewOnly, workflow_id: secondId });
    await world.pass(20_100);
    await world.pass(581_000);
    expect(world.unitOfWork.outbox.payloads(workflowFailed).map(({ error }) => error.code)).toEqual([
      'budget_exhausted',
      'agent_unavailable',
    ]);
  });
});

describe('the orchestrator’s own absence', () => {
  let world: OrchestratorInMemory;

  beforeEach(() => {
    world = new OrchestratorInMemory();
  });

  /** An agent has begun; answers when the next look is meant to be, which is now. */
  const atWork = async (): Promise<number> => {
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(reviewOnly);
    await world.accept(world.lastTask());
    return world.clock.now().getTime();
  };

  it('costs nobody a lease', async () => {
    const meantAt = await atWork();
    world.clock.advance(120_000);
    await world.timers.fireDue(meantAt);
    expect(world.tasks()).toHaveLength(1);
    await world.pass(15_200);
    expect((await world.stepOf('review')).state).toBe('ready');
  });

  it('is forgiven once: looks that come in time end the lease of a silent agent', async () => {
    const meantAt = await atWork();
    world.clock.advance(120_000);
    await world.timers.fireDue(meantAt);
    // As after a timer that was set in the past: the look before this one has only just ended.
    for (let look = 0; look < 160; look += 1) {
      world.clock.advance(100);
      await world.timers.fireDue(meantAt);
    }
    expect((await world.stepOf('review')).state).toBe('ready');
  });

  it('is forgiven one after the other, but not for ever', async () => {
    const meantAt = await atWork();
    const leases = async (count: number): Promise<void> => {
      for (let lease = 0; lease < count; lease += 1) {
        world.clock.advance(world.policy.leaseMs);
        await world.timers.fireDue(meantAt);
      }
    };
    await leases(10);
    expect((await world.stepOf('review')).state).toBe('running');
    await leases(4);
    expect((await world.stepOf('review')).state).toBe('ready');
  });

  it('gives up no work: what was said in time still counts', async () => {
    const meantAt = await atWork();
    world.clock.advance(3_600_000);
    await world.timers.fireDue(meantAt);
    expect((await world.stepOf('review')).state).toBe('running');
    await world.end(world.lastTask());
    await world.settle();
    expect((await world.stepOf('review')).state).toBe('completed');
  });

  it('fails no step that only waited for it', async () => {
    await world.start(reviewOnly);
    const meantAt = world.clock.now().getTime();
    world.clock.advance(3_600_000);
    await world.timers.fireDue(meantAt);
    await world.join('reviewer-1', 'EXAMINATION');
    await world.settle();
    expect(world.tasks()).toHaveLength(1);
  });

  it('closes no gate: a decision made in time still counts', async () => {
    await world.joinAll();
    await world.start(definitionOf(gatedPlan));
    const [gate] = [...world.unitOfWork.state.gates.values()];
    const meantAt = world.clock.now().getTime();
    world.clock.advance(30 * 86_400_000);
    await world.timers.fireDue(meantAt);
    await world.steering.resolveGate(world.id(), {
      gate_id: gate?.gate_id ?? '',
      workflow_id: workflowId,
      subject_digest: gate?.subject_digest ?? '',
      decision: 'approved',
      approval_id: secondId,
      decided_by: 'grace',
    });
    await world.settle();
    expect(world.tasks()).toHaveLength(1);
  });
});
