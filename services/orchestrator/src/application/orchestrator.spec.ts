import {
  resultAccepted,
  resultRefused,
  stepChanged,
  taskProgressed,
  workflowCompleted,
  workflowFailed,
} from '@ymera/contracts';
import { definitionOf, enhancePlan, gatedPlan, planOf, review, workflowId } from '../testing/plans';
import { approvingVerdict, passedTests } from '../testing/run-scenario';
import { OrchestratorInMemory } from '../testing/orchestrator-in-memory';
import { base } from '../testing/plans';

const secondId = '01936d00-0000-7000-8000-0000000000b2';
const reviewOnly = definitionOf(planOf([review]));

describe('the orchestrator, over in-memory stores', () => {
  let world: OrchestratorInMemory;
  const stepOf = async (stepId: string, id = workflowId) => {
    const view = await world.reading.one(id);
    const step = view.ok ? view.value.steps.find(({ step_id }) => step_id === stepId) : undefined;
    if (!step) throw new Error(`no step ${stepId}`);
    return step;
  };

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

  it('keeps a step waiting until an agent comes, says for whom, and dispatches it at once', async () => {
    await world.start(reviewOnly);
    expect((await stepOf('review')).reasons).toEqual([
      'No EXAMINATION agent can take it: none is registered.',
    ]);
    await world.join('tester-1', 'TESTING');
    expect(world.tasks()).toHaveLength(0);
    await world.join('reviewer-1', 'EXAMINATION');
    expect(world.tasks()).toHaveLength(1);
    expect((await stepOf('review')).reasons.at(-1)).toContain('reviewer-1 was chosen');
  });

  it('gives an agent one task at a time, and the next to whoever waits longest', async () => {
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(reviewOnly);
    world.clock.advance(10);
    await world.start({
      ...definitionOf(planOf([review, { ...review, step_id: 'again', depends_on: ['review'] }])),
      workflow_id: secondId,
    });
    expect(world.tasks()).toHaveLength(1);
    await world.end(world.lastTask());
    expect(world.lastTask().input.workflow_id).toBe(secondId);
  });

  it('gives a freed agent its next task in the same transaction when nobody else waits', async () => {
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(
      definitionOf(planOf([review, { ...review, step_id: 'again', depends_on: ['review'] }])),
    );
    world.isDispatching = false;
    await world.end(world.lastTask());
    expect(world.lastTask().input.step_id).toBe('again');
  });

  it('gives one agent only one of two steps that begin together', async () => {
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(definitionOf(planOf([review, { ...review, step_id: 'beside' }])));
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

  it('does not let a run that frees an agent overtake one that waits longer', async () => {
    const twoReviews = planOf([review, { ...review, step_id: 'again', depends_on: ['review'] }]);
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(definitionOf(twoReviews));
    world.clock.advance(10);
    await world.start({ ...reviewOnly, workflow_id: secondId });
    await world.end(world.lastTask());
    expect(world.lastTask().input.workflow_id).toBe(secondId);
    await world.end(world.lastTask());
    expect(world.lastTask().input).toMatchObject({ workflow_id: workflowId, step_id: 'again' });
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
    expect((await stepOf('review')).state).toBe('ready');
    await world.join('reviewer-2', 'EXAMINATION');
    expect(world.lastTask().agent_id).toBe('reviewer-2');
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
    expect((await stepOf('review')).progress).toBe(0.5);
    await world.pass(15_200);
    expect((await stepOf('review')).state).toBe('ready');
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
    expect((await stepOf('review')).progress).toBe(0);
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

  it('offers the task to another agent when nobody answers the offer', async () => {
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(reviewOnly);
    await world.join('reviewer-2', 'EXAMINATION');
    await world.pass(10_200);
    expect(world.lastTask()).toMatchObject({ agent_id: 'reviewer-2', attempt: 2 });
  });

  it('does not wear a run out on an agent that is dead: it waits until the agent is heard of', async () => {
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(reviewOnly);
    await world.accept(world.lastTask());
    await world.pass(55_000);
    expect(world.tasks()).toHaveLength(1);
    expect((await stepOf('review')).reasons.at(-1)).toBe('No EXAMINATION agent can take it: 1 silent.');
    await world.join('reviewer-1', 'EXAMINATION');
    expect(world.tasks()).toHaveLength(2);
    await world.end(world.lastTask());
    expect(world.unitOfWork.outbox.payloads(workflowCompleted)).toHaveLength(1);
  });

  it('asks an agent again that did not answer, after a while, if nothing is heard of it', async () => {
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(reviewOnly);
    await world.pass(10_200);
    await world.pass(59_000);
    await world.reconcile.execute();
    expect(world.tasks()).toHaveLength(1);
    await world.pass(2_000);
    await world.reconcile.execute();
    expect(world.tasks()).toHaveLength(2);
  });

  it.each([
    ['a late result', (late: ReturnType<typeof world.lastTask>) => world.end(late)],
    ['late progress', (late: ReturnType<typeof world.lastTask>) => world.progressed(late)],
  ])('gives work again at once to an agent that was thought gone and sends %s', async (_, speak) => {
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(reviewOnly);
    const late = world.lastTask();
    await world.accept(late);
    await world.pass(15_200);
    expect(world.tasks()).toHaveLength(1);
    await speak(late);
    await world.settle();
    expect(world.tasks()).toHaveLength(2);
  });

  it('does not take an agent to be gone that has opened a session since', async () => {
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(reviewOnly);
    await world.accept(world.lastTask());
    world.clock.advance(1);
    await world.join('reviewer-1', 'EXAMINATION');
    await world.pass(15_200);
    expect(world.lastTask()).toMatchObject({ agent_id: 'reviewer-1', attempt: 2 });
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

  it('loses no lease for the time it was away itself', async () => {
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(reviewOnly);
    await world.accept(world.lastTask());
    const meantAt = world.clock.now().getTime();
    world.clock.advance(120_000);
    await world.timers.fireDue(meantAt);
    expect(world.tasks()).toHaveLength(1);
    await world.pass(15_200);
    expect((await stepOf('review')).state).toBe('ready');
  });

  it('forgives an absence once: looks that come in time end the lease of a silent agent', async () => {
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(reviewOnly);
    await world.accept(world.lastTask());
    const meantAt = world.clock.now().getTime();
    world.clock.advance(120_000);
    await world.timers.fireDue(meantAt);
    // As after a timer that was set in the past: the look before this one has only just ended.
    for (let look = 0; look < 160; look += 1) {
      world.clock.advance(100);
      await world.timers.fireDue(meantAt);
    }
    expect((await stepOf('review')).state).toBe('ready');
  });

  it('forgives one absence after the other, but not for ever', async () => {
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(reviewOnly);
    await world.accept(world.lastTask());
    const meantAt = world.clock.now().getTime();
    const leases = async (count: number): Promise<void> => {
      for (let lease = 0; lease < count; lease += 1) {
        world.clock.advance(world.policy.leaseMs);
        await world.timers.fireDue(meantAt);
      }
    };
    await leases(10);
    expect((await stepOf('review')).state).toBe('running');
    await leases(4);
    expect((await stepOf('review')).state).toBe('ready');
  });

  it('gives up no work for the time it was away itself: what was said in time still counts', async () => {
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(reviewOnly);
    await world.accept(world.lastTask());
    const meantAt = world.clock.now().getTime();
    world.clock.advance(3_600_000);
    await world.timers.fireDue(meantAt);
    expect((await stepOf('review')).state).toBe('running');
    await world.end(world.lastTask());
    await world.settle();
    expect((await stepOf('review')).state).toBe('completed');
  });

  it('fails no step that waited only because it was away itself', async () => {
    await world.start(reviewOnly);
    const meantAt = world.clock.now().getTime();
    world.clock.advance(3_600_000);
    await world.timers.fireDue(meantAt);
    await world.join('reviewer-1', 'EXAMINATION');
    await world.settle();
    expect(world.tasks()).toHaveLength(1);
  });

  it('closes no gate for the time it was away itself: a decision made in time still counts', async () => {
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

  it('takes back at once what a retired agent holds, and gives it nothing more', async () => {
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(reviewOnly);
    const first = world.lastTask();
    await world.agents.retired({
      id: world.id(),
      time: world.clock.now(),
      aggregateVersion: 9,
      payload: { agent_id: 'reviewer-1', principal_id: 'reviewer-1-principal', reason: 'Replaced.' },
    });
    await world.settle();
    expect((await stepOf('review')).state).toBe('ready');
    await world.end(first);
    expect(world.refused).toEqual(['fenced']);
    await world.join('reviewer-2', 'EXAMINATION');
    expect(world.lastTask().agent_id).toBe('reviewer-2');
  });

  describe('an agent that is sanctioned', () => {
    const standing = (
      status: 'active' | 'suspended' | 'frozen',
      credential_epoch: number,
      aggregateVersion: number,
      id = world.id(),
    ) => ({
      id,
      time: world.clock.now(),
      aggregateVersion,
      payload: {
        agent_id: 'reviewer-1',
        principal_id: 'reviewer-1-principal',
        status,
        cause: status === 'active' ? ('recovery' as const) : ('silence' as const),
        credential_epoch,
        reason: 'No report for 5 windows.',
        changed_by: 'platform',
        changed_at: world.clock.now().toISOString(),
      },
    });
    const follow = async (fact: ReturnType<typeof standing>): Promise<void> => {
      await world.agents.standingChanged(fact);
      await world.settle();
    };

    it('loses what it holds at once, to another one; its late result has no effect and is counted', async () => {
      await world.join('reviewer-1', 'EXAMINATION');
      await world.start(reviewOnly);
      const first = world.lastTask();
      await world.accept(first);
      await world.join('reviewer-2', 'EXAMINATION');
      await follow(standing('suspended', 2, 2));
      expect(world.lastTask()).toMatchObject({ agent_id: 'reviewer-2', attempt: 2 });
      expect((await stepOf('review')).reasons).toContain('reviewer-1 was suspended or frozen.');
      expect(world.canceled()).toMatchObject([{ agent_id: 'reviewer-1', task_id: first.task_id }]);
      await world.end(first);
      expect([world.refused, (await stepOf('review')).state]).toEqual([['fenced'], 'dispatched']);
      await world.end(world.lastTask());
      expect((await stepOf('review')).state).toBe('completed');
    });

    it('gets no work until it is reinstated, and then at once', async () => {
      await world.join('reviewer-1', 'EXAMINATION');
      await follow(standing('frozen', 2, 2));
      await world.start(reviewOnly);
      expect(world.tasks()).toEqual([]);
      expect((await stepOf('review')).reasons.at(-1)).toContain('1 frozen');
      await follow(standing('active', 2, 3));
      expect(world.lastTask().agent_id).toBe('reviewer-1');
      await world.end(world.lastTask());
      expect((await stepOf('review')).state).toBe('completed');
    });

    it('keeps what it was given after its end, when the sanction arrives late or again', async () => {
      await world.join('reviewer-1', 'EXAMINATION');
      const sanction = standing('suspended', 2, 2);
      await follow(sanction);
      await follow(standing('active', 2, 3));
      await world.start(reviewOnly);
      const task = world.lastTask();
      await follow(sanction);
      await follow({ ...sanction, id: world.id() });
      await world.end(task);
      expect([world.refused, (await stepOf('review')).state]).toEqual([[], 'completed']);
    });

    it('loses what it held also when only the end of the sanction is heard of', async () => {
      await world.join('reviewer-1', 'EXAMINATION');
      await world.start(reviewOnly);
      const first = world.lastTask();
      await follow(standing('active', 2, 3));
      expect(world.lastTask()).toMatchObject({ agent_id: 'reviewer-1', attempt: 2 });
      await world.end(first);
      expect(world.refused).toEqual(['fenced']);
    });

    it('a process that died before it took everything back does so when it hears again', async () => {
      await world.join('reviewer-1', 'EXAMINATION');
      await world.start(reviewOnly);
      const sanction = standing('suspended', 2, 2);
      await world.unitOfWork.run(async (tx) => {
        await tx.inbox.accept('orchestrator.agent_standing_changed', sanction.id);
        await tx.directory.setEnforcement('reviewer-1', { enforcement: 'suspended', credentialEpoch: 2 }, 2);
      });
      await follow(sanction);
      expect((await stepOf('review')).state).toBe('ready');
    });
  });

  it('keeps what is newer when facts about agents arrive out of order', async () => {
    await world.join('reviewer-1', 'EXAMINATION');
    const liveness = (to: 'online' | 'offline', aggregateVersion: number) =>
      world.agents.livenessChanged({
        id: world.id(),
        time: new Date(world.clock.now().getTime() + aggregateVersion),
        aggregateVersion,
        payload: {
          agent_id: 'reviewer-1',
          agent_type: 'EXAMINATION',
          principal_id: 'reviewer-1-principal',
          from: 'late',
          to,
          last_report_at: null,
          missed: 0,
        },
      });
    await liveness('online', 2);
    await liveness('offline', 1);
    await world.start(reviewOnly);
    expect(world.tasks()).toHaveLength(1);
  });

  it('answers a result that arrives twice twice, and takes it once', async () => {
    await world.joinAll();
    await world.start(definitionOf(enhancePlan));
    const first = world.lastTask();
    await world.end(first);
    await world.end(first);
    expect(world.unitOfWork.outbox.payloads(resultAccepted)).toHaveLength(2);
    expect(world.tasks().filter(({ type }) => type === 'enhance')).toHaveLength(1);
  });

  it('refuses a result for a task that does not exist', async () => {
    await world.joinAll();
    await world.start(reviewOnly);
    await world.end({ ...world.lastTask(), task_id: secondId });
    expect(world.unitOfWork.outbox.payloads(resultRefused)[0]?.error.code).toBe('unknown_task');
    expect(world.refused).toEqual(['unknown_task']);
  });

  it('refuses a result from a principal that does not own the attempt, and answers that principal', async () => {
    await world.joinAll();
    await world.start(reviewOnly);
    await world.end(world.lastTask(), {}, 'intruder');
    const [refusal] = world.unitOfWork.outbox.messages.filter(({ contract }) => contract === resultRefused);
    expect(refusal).toMatchObject({ principalId: 'intruder' });
    expect(world.refused).toEqual(['not_holder']);
    expect((await stepOf('review')).state).toBe('dispatched');
  });

  it('tries again after a pause when an error may pass, on the timer alone', async () => {
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(reviewOnly);
    await world.end(world.lastTask(), {
      outcome: 'failed',
      error: { code: 'network', message: 'No route.', retryable: true },
    });
    expect((await stepOf('review')).state).toBe('retry_wait');
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

  it('decides a gate once, for exactly its subject, and remembers every decision', async () => {
    await world.joinAll();
    await world.start(definitionOf(gatedPlan));
    const [gate] = [...world.unitOfWork.state.gates.values()];
    const decide = (subject_digest: string) =>
      world.steering.resolveGate(world.id(), {
        gate_id: gate?.gate_id ?? '',
        workflow_id: workflowId,
        subject_digest,
        decision: 'approved',
        approval_id: secondId,
        decided_by: 'grace',
      });
    await decide(`sha256:${'0'.repeat(64)}`);
    expect(world.tasks()).toHaveLength(0);
    await decide(gate?.subject_digest ?? '');
    await decide(gate?.subject_digest ?? '');
    await world.settle();
    expect(world.tasks()).toHaveLength(1);
    expect(world.unitOfWork.state.decisions).toHaveLength(3);
    expect([...world.unitOfWork.state.gates.values()][0]?.outcome).toBe('approved');
  });

  it('has a command come again that overtakes the order it is about', async () => {
    const early = world.id();
    const order = { workflow_id: workflowId, canceled_by: 'ada', reason: 'No.' };
    await expect(world.steering.cancel(early, order)).rejects.toMatchObject({
      failure: { code: 'workflow_not_found', retryable: true },
    });
    await world.start(reviewOnly);
    await world.steering.cancel(early, order);
    const view = await world.reading.one(workflowId);
    expect(view.ok && view.value.state).toBe('canceled');
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

  it('shows what each step did and why', async () => {
    await world.joinAll();
    await world.start(definitionOf(enhancePlan));
    await world.end(world.lastTask(), { metrics: { tool_ms: 12 } });
    expect(await stepOf('review')).toMatchObject({
      state: 'completed',
      agent_id: 'reviewer-1',
      attempts: 1,
      progress: 1,
      tool_ms: 12,
      reasons: ['reviewer-1 was chosen: the only online EXAMINATION agent with a free slot.'],
    });
    expect(
      world.unitOfWork.outbox.payloads(stepChanged).map(({ step_id, state }) => `${step_id} ${state}`),
    ).toEqual([
      'review ready',
      'review dispatched',
      'review completed',
      'enhance ready',
      'enhance dispatched',
    ]);
    const listed = await world.reading.page({ limit: 1, state: 'running' });
    expect(listed.ok && listed.value).toMatchObject({
      next_cursor: null,
      items: [{ workflow_id: workflowId }],
    });
  });
});
