import { resultRefused, workflowCompleted, workflowFailed } from '@ymera/contracts';
import { OrchestratorInMemory } from '../testing/orchestrator-in-memory';
import { definitionOf, gatedPlan, planOf, review, workflowId } from '../testing/plans';

const secondId = '01936d00-0000-7000-8000-0000000000b2';
const reviewOnly = definitionOf(planOf([review]));

describe('FireTimers', () => {
  let environment: OrchestratorInMemory;

  beforeEach(() => {
    environment = new OrchestratorInMemory();
  });

  it('redispatches to another agent when the lease expires, and refuses the late result', async () => {
    await environment.join('reviewer-1', 'EXAMINATION');
    await environment.start(reviewOnly);
    await environment.accept(environment.lastTask());
    await environment.join('reviewer-2', 'EXAMINATION');
    const first = environment.lastTask();
    await environment.pass(14_900);
    expect(environment.tasks()).toHaveLength(1);
    await environment.pass(200);
    expect(environment.lastTask()).toMatchObject({ agent_id: 'reviewer-2', attempt: 2, fencing_token: 2 });
    expect(environment.canceled().map(({ agent_id }) => agent_id)).toEqual(['reviewer-1']);

    await environment.end(first);
    expect(environment.unitOfWork.outbox.payloads(resultRefused)).toEqual([
      expect.objectContaining({ fencing_token: 1, error: expect.objectContaining({ code: 'fenced' }) }),
    ]);
    expect(environment.refused).toEqual(['fenced']);
    await environment.end(environment.lastTask());
    expect(environment.unitOfWork.outbox.payloads(workflowCompleted)).toHaveLength(1);
  });

  it('waits for an agent of the type when the lease expires and there is no other', async () => {
    await environment.join('reviewer-1', 'EXAMINATION');
    await environment.start(reviewOnly);
    await environment.accept(environment.lastTask());
    await environment.agents.livenessChanged({
      id: environment.id(),
      time: environment.clock.now(),
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
    await environment.pass(15_200);
    expect((await environment.stepOf('review')).state).toBe('ready');
    await environment.join('reviewer-2', 'EXAMINATION');
    expect(environment.lastTask().agent_id).toBe('reviewer-2');
  });

  it('fires the timers of other workflows when those of one cannot be fired', async () => {
    await environment.start(definitionOf(planOf([review], 20)));
    await environment.start({ ...definitionOf(planOf([review], 20)), workflow_id: secondId });
    const broken = environment.unitOfWork.state.runs.get(workflowId);
    Object.assign(broken?.workflow.definition.plan ?? {}, { steps: [] });
    await environment.pass(20_100);
    expect(
      environment.unitOfWork.outbox.payloads(workflowFailed).map(({ workflow_id }) => workflow_id),
    ).toEqual([secondId]);
    const now = environment.clock.now().getTime();
    expect(await environment.timers.fireDue(now)).toBeGreaterThan(now);
  });

  it('retries a transient error after a backoff, by the timer alone', async () => {
    await environment.join('reviewer-1', 'EXAMINATION');
    await environment.start(reviewOnly);
    await environment.end(environment.lastTask(), {
      outcome: 'failed',
      error: { code: 'network', message: 'No route.', retryable: true },
    });
    expect((await environment.stepOf('review')).state).toBe('retry_wait');
    await environment.pass(400);
    expect(environment.lastTask()).toMatchObject({ attempt: 2, fencing_token: 2 });
  });

  it('fails a workflow that exceeds its budget, and one that gets no agent', async () => {
    await environment.start(definitionOf(planOf([review], 20)));
    await environment.start({ ...reviewOnly, workflow_id: secondId });
    await environment.pass(20_100);
    await environment.pass(581_000);
    expect(environment.unitOfWork.outbox.payloads(workflowFailed).map(({ error }) => error.code)).toEqual([
      'budget_exhausted',
      'agent_unavailable',
    ]);
  });
});

describe('FireTimers after the orchestrator’s own downtime', () => {
  let environment: OrchestratorInMemory;

  beforeEach(() => {
    environment = new OrchestratorInMemory();
  });

  /** An agent has begun; returns the planned time of the next pass, which is now. */
  const atWork = async (): Promise<number> => {
    await environment.join('reviewer-1', 'EXAMINATION');
    await environment.start(reviewOnly);
    await environment.accept(environment.lastTask());
    return environment.clock.now().getTime();
  };

  it('lets no lease expire', async () => {
    const meantAt = await atWork();
    environment.clock.advance(120_000);
    await environment.timers.fireDue(meantAt);
    expect(environment.tasks()).toHaveLength(1);
    await environment.pass(15_200);
    expect((await environment.stepOf('review')).state).toBe('ready');
  });

  it('extends leases once: passes on time expire the lease of a silent agent', async () => {
    const meantAt = await atWork();
    environment.clock.advance(120_000);
    await environment.timers.fireDue(meantAt);
    // As after a timer that was set in the past: the previous pass has only just ended.
    for (let pass = 0; pass < 160; pass += 1) {
      environment.clock.advance(100);
      await environment.timers.fireDue(meantAt);
    }
    expect((await environment.stepOf('review')).state).toBe('ready');
  });

  it('extends leases for consecutive downtimes, but not forever', async () => {
    const meantAt = await atWork();
    const leases = async (count: number): Promise<void> => {
      for (let lease = 0; lease < count; lease += 1) {
        environment.clock.advance(environment.policy.leaseMs);
        await environment.timers.fireDue(meantAt);
      }
    };
    await leases(10);
    expect((await environment.stepOf('review')).state).toBe('running');
    await leases(4);
    expect((await environment.stepOf('review')).state).toBe('ready');
  });

  it('abandons no work: results sent in time still count', async () => {
    const meantAt = await atWork();
    environment.clock.advance(3_600_000);
    await environment.timers.fireDue(meantAt);
    expect((await environment.stepOf('review')).state).toBe('running');
    await environment.end(environment.lastTask());
    await environment.settle();
    expect((await environment.stepOf('review')).state).toBe('completed');
  });

  it('fails no step that only waited during it', async () => {
    await environment.start(reviewOnly);
    const meantAt = environment.clock.now().getTime();
    environment.clock.advance(3_600_000);
    await environment.timers.fireDue(meantAt);
    await environment.join('reviewer-1', 'EXAMINATION');
    await environment.settle();
    expect(environment.tasks()).toHaveLength(1);
  });

  it('closes no gate: a decision made in time still counts', async () => {
    await environment.joinAll();
    await environment.start(definitionOf(gatedPlan));
    const [gate] = [...environment.unitOfWork.state.gates.values()];
    const meantAt = environment.clock.now().getTime();
    environment.clock.advance(30 * 86_400_000);
    await environment.timers.fireDue(meantAt);
    await environment.control.resolveGate(environment.id(), {
      gate_id: gate?.gate_id ?? '',
      workflow_id: workflowId,
      subject_digest: gate?.subject_digest ?? '',
      decision: 'approved',
      approval_id: secondId,
      decided_by: 'grace',
    });
    await environment.settle();
    expect(environment.tasks()).toHaveLength(1);
  });
});
