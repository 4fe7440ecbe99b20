import type { UnitOfWork } from '@ymera/contracts';
import { eventually } from '@ymera/testing';
import type { Heartbeat, OrchestratorStores } from '../application/ports';
import type { Attempt, Run } from '../domain/run';
import { enhancePlan, planOf, review, test as testStep } from './plans';
import { idFrom, RunScenario } from './run-scenario';

export interface OpenStores {
  readonly unitOfWork: UnitOfWork<OrchestratorStores>;
  close(): Promise<void>;
}

const reviewPlan = planOf([review, { ...testStep, depends_on: [] }]);

/** What every implementation of the stores must do; runs on the fake and on PostgreSQL. */
export function describeStores(name: string, open: () => Promise<OpenStores>): void {
  describe(`the stores, ${name}`, () => {
    let stores: OpenStores;
    let number = 0x100;
    const inside = <R>(work: (tx: OrchestratorStores) => Promise<R>): Promise<R> =>
      stores.unitOfWork.run(work);

    /** A run of its own, so that tests do not meet. */
    const scenarioOf = (plan = reviewPlan): RunScenario => {
      number += 1;
      const scenario = new RunScenario(plan, Date.now());
      const own = (run: Run): Run => ({
        ...run,
        definition: { ...run.definition, workflow_id: idFrom(number) },
      });
      scenario.run = own(scenario.run);
      let ids = number * 0x10000;
      scenario.context.newId = () => idFrom((ids += 1));
      return scenario;
    };
    const stored = async (scenario: RunScenario): Promise<RunScenario> => {
      await inside((tx) => tx.runs.insert({ run: scenario.run, traceparent: 'trace' }));
      return scenario;
    };
    /** Applies `change` to the scenario and saves the difference. */
    const changed = async (scenario: RunScenario, change: () => unknown): Promise<void> => {
      const before = scenario.run;
      change();
      await inside((tx) => tx.runs.save(before, scenario.run));
    };
    const register = (agentId: string, version = 1, slots = 1) =>
      inside((tx) =>
        tx.directory.register(
          {
            agentId,
            agentType: 'EXAMINATION',
            principalId: `${agentId}-principal`,
            capabilities: ['any'],
            credentialEpoch: 1,
            slots,
          },
          version,
        ),
      );
    const dispatched = async (agentId: string): Promise<{ scenario: RunScenario; attempt: Attempt }> => {
      await register(agentId);
      const scenario = await stored(scenarioOf());
      await changed(scenario, () => scenario.assign('review', agentId));
      return { scenario, attempt: scenario.attempt('review') };
    };
    const beat = (attempt: Attempt, patch: Partial<Heartbeat> = {}): Heartbeat => ({
      agentId: attempt.agentId,
      principalId: attempt.principalId,
      taskId: attempt.taskId,
      attempt: attempt.attempt,
      fencingToken: attempt.fencingToken,
      progress: 0.4,
      step: 'working',
      leaseExpiresAt: Date.now() + 60_000,
      now: Date.now(),
      publishEveryMs: 250,
      ...patch,
    });
    const idOf = (scenario: RunScenario): string => scenario.run.definition.workflow_id;

    beforeAll(async () => {
      stores = await open();
    }, 60_000);
    afterAll(() => stores.close());

    it('gives back a run as it was stored, with its trace, and only once', async () => {
      const scenario = await stored(scenarioOf(enhancePlan));
      await changed(scenario, () => scenario.approvedChange());
      const found = await inside((tx) => tx.runs.lock(idOf(scenario)));
      expect(found).toEqual({ run: JSON.parse(JSON.stringify(scenario.run)), traceparent: 'trace' });
      expect(await inside((tx) => tx.runs.find(idOf(scenario)))).toEqual(found?.run);
      expect(await inside((tx) => tx.runs.insert({ run: scenario.run, traceparent: undefined }))).toBe(false);
      expect(await inside((tx) => tx.runs.lock(idFrom(1)))).toBeUndefined();
    });

    it('pages through runs, newest first, by state', async () => {
      const [first, second, third] = [
        await stored(scenarioOf()),
        await stored(scenarioOf()),
        await stored(scenarioOf()),
      ];
      await changed(second, () => second.send({ kind: 'cancel_requested', by: 'ada', reason: 'No.' }));
      const page = await inside((tx) => tx.runs.page({ state: 'running', limit: 2 }));
      expect(page.items.slice(0, 2).map(({ definition }) => definition.workflow_id)).toEqual([
        idOf(third),
        idOf(first),
      ]);
      expect(page.nextCursor).toBe(idOf(first));
      const canceled = await inside((tx) => tx.runs.page({ state: 'canceled', limit: 50 }));
      expect(canceled.items.map(({ definition }) => definition.workflow_id)).toContain(idOf(second));
    });

    it('keeps the timers that a run owes, and none when it is over', async () => {
      const scenario = await stored(scenarioOf());
      const mine = async () =>
        (await inside((tx) => tx.timers.due(Date.now() + 10_000_000, 10_000)))
          .filter(({ workflowId }) => workflowId === idOf(scenario))
          .map(({ stepId, kind }) => `${stepId} ${kind}`)
          .sort();
      expect(await mine()).toEqual([' budget', 'review queue', 'test queue']);
      await changed(scenario, () => scenario.assign('review'));
      expect(await mine()).toEqual([' budget', 'review deadline', 'review offer', 'test queue']);
      await changed(scenario, () => scenario.accept('review'));
      expect(await mine()).toEqual([' budget', 'review deadline', 'review lease', 'test queue']);
      await changed(scenario, () => scenario.send({ kind: 'cancel_requested', by: 'ada', reason: 'No.' }));
      expect(await mine()).toEqual([]);
    });

    it('leaves a postponed timer alone until the run changes what it owes', async () => {
      const scenario = await stored(scenarioOf());
      await changed(scenario, () => scenario.assign('review'));
      await changed(scenario, () => scenario.accept('review'));
      const dueAt = Date.now() + 99_000;
      await inside((tx) => tx.timers.postpone(idOf(scenario), { stepId: 'review', kind: 'lease', dueAt }));
      await changed(scenario, () => scenario.assign('test'));
      const isDue = async (by: number) =>
        (await inside((tx) => tx.timers.due(by, 10_000))).some(
          ({ workflowId, kind }) => workflowId === idOf(scenario) && kind === 'lease',
        );
      expect(await isDue(dueAt - 1)).toBe(false);
      expect(await isDue(dueAt)).toBe(true);
      const timer = { workflowId: idOf(scenario), stepId: 'review', kind: 'lease' as const };
      await inside((tx) => tx.timers.postponeDue(timer, dueAt - 1, dueAt + 10));
      expect(await isDue(dueAt)).toBe(true);
      await inside((tx) => tx.timers.postponeDue(timer, dueAt, dueAt + 10));
      expect(await isDue(dueAt)).toBe(false);
      await inside((tx) => tx.timers.drop(idOf(scenario)));
      expect(await isDue(dueAt + 10)).toBe(false);
    });

    it('knows when to look next', async () => {
      const scenario = await stored(scenarioOf());
      const dueAt = Date.now() - 1_000_000;
      await inside((tx) => tx.timers.postpone(idOf(scenario), { stepId: 'review', kind: 'queue', dueAt }));
      expect(await inside((tx) => tx.timers.next())).toBe(dueAt);
      await inside((tx) => tx.runs.repair(scenario.run));
      expect(await inside((tx) => tx.timers.next())).not.toBe(dueAt);
    });

    it('extends a lease for exactly the agent that holds exactly the attempt', async () => {
      const { scenario, attempt } = await dispatched('beater-1');
      const until = Date.now() + 70_000;
      const beaten = await inside((tx) => tx.attempts.extendLease(beat(attempt, { leaseExpiresAt: until })));
      expect(beaten).toEqual({
        workflowId: idOf(scenario),
        requestId: scenario.run.definition.request_id,
        projectId: 'sample',
        stepId: 'review',
        traceparent: 'trace',
        fact: 1,
      });
      expect(await inside((tx) => tx.attempts.patienceWith(attempt))).toMatchObject({ lease: until });
      expect(await inside((tx) => tx.attempts.progressOf([idOf(scenario)]))).toEqual(
        new Map([[attempt.taskId, expect.closeTo(0.4)]]),
      );
      for (const wrong of [
        { agentId: 'other-1' },
        { principalId: 'other-1' },
        { fencingToken: 2 },
        { attempt: 2 },
        { taskId: idFrom(2) },
      ])
        expect(await inside((tx) => tx.attempts.extendLease(beat(attempt, wrong)))).toBeUndefined();
      await register('beater-1', 2);
      expect(await inside((tx) => tx.attempts.extendLease(beat(attempt)))).toBeDefined();
    });

    it('never shortens a lease that progress has extended', async () => {
      const { scenario, attempt } = await dispatched('beater-2');
      const until = Date.now() + 80_000;
      await inside((tx) => tx.attempts.extendLease(beat(attempt, { leaseExpiresAt: until })));
      await changed(scenario, () => scenario.accept('review'));
      await inside((tx) => tx.attempts.extendLease(beat(attempt, { leaseExpiresAt: until - 50_000 })));
      expect(await inside((tx) => tx.attempts.patienceWith(attempt))).toMatchObject({ lease: until });
    });

    it('extends no lease under an older credential, nor of a retired agent', async () => {
      const { attempt } = await dispatched('beater-3');
      await inside((tx) =>
        tx.directory.register(
          {
            agentId: 'beater-3',
            agentType: 'EXAMINATION',
            principalId: attempt.principalId,
            capabilities: ['any'],
            credentialEpoch: 2,
            slots: 1,
          },
          2,
        ),
      );
      expect(await inside((tx) => tx.attempts.extendLease(beat(attempt)))).toBeUndefined();
      const other = await dispatched('beater-4');
      await inside((tx) => tx.directory.retire('beater-4', 2));
      expect(await inside((tx) => tx.attempts.extendLease(beat(other.attempt)))).toBeUndefined();
    });

    it('finds what an agent holds under an older credential, and extends no lease of it', async () => {
      const { attempt } = await dispatched('fenced-1');
      const sanction = (enforcement: 'none' | 'suspended', credentialEpoch: number, version: number) =>
        inside((tx) => tx.directory.setEnforcement('fenced-1', { enforcement, credentialEpoch }, version));
      expect(await inside((tx) => tx.attempts.fencedBy('fenced-1'))).toEqual([]);
      await sanction('suspended', 2, 3);
      expect(await inside((tx) => tx.attempts.extendLease(beat(attempt)))).toBeUndefined();
      expect(await inside((tx) => tx.attempts.fencedBy('fenced-1'))).toMatchObject([
        { taskId: attempt.taskId, attempt: 1, fencingToken: 1, stepId: 'review' },
      ]);
      await sanction('none', 2, 4);
      expect(await inside((tx) => tx.attempts.fencedBy('fenced-1'))).toHaveLength(1);
    });

    it('says when progress is to be published, and numbers it over all attempts of the task', async () => {
      const { scenario, attempt } = await dispatched('beater-5');
      const now = Date.now();
      const facts = async (at: number, of: Attempt) =>
        (await inside((tx) => tx.attempts.extendLease(beat(of, { now: at }))))?.fact;
      expect([await facts(now, attempt), await facts(now, attempt), await facts(now + 249, attempt)]).toEqual(
        [1, undefined, undefined],
      );
      expect(await facts(now + 250, attempt)).toBe(2);
      await changed(scenario, () => {
        scenario.send({ kind: 'attempt_lost', stepId: 'review', key: attempt, cause: 'lease_expired' });
        scenario.assign('review', 'beater-5');
      });
      expect(await facts(now + 300, scenario.attempt('review'))).toBe(3);
      expect(await facts(now + 900, attempt)).toBeUndefined();
    });

    it('finds attempts by task, by holder and by agent', async () => {
      const { scenario, attempt } = await dispatched('holder-1');
      expect(await inside((tx) => tx.attempts.workflowOf(attempt.taskId))).toBe(idOf(scenario));
      expect(await inside((tx) => tx.attempts.workflowOf(idFrom(3)))).toBeUndefined();
      expect(await inside((tx) => tx.attempts.heldBy('holder-1'))).toEqual([
        {
          workflowId: idOf(scenario),
          stepId: 'review',
          taskId: attempt.taskId,
          attempt: 1,
          fencingToken: 1,
        },
      ]);
      await changed(scenario, () => scenario.end('review'));
      expect(await inside((tx) => tx.attempts.heldBy('holder-1'))).toEqual([]);
      expect(await inside((tx) => tx.attempts.stateOf(attempt))).toBe('completed');
      expect(await inside((tx) => tx.attempts.stateOf({ ...attempt, principalId: 'other' }))).toBeUndefined();
    });

    it('extends every lease and offer that would end too soon, of held attempts only', async () => {
      const held = await dispatched('patient-1');
      const over = await dispatched('patient-2');
      await changed(over.scenario, () => over.scenario.end('review'));
      const until = Date.now() + 90_000;
      await inside((tx) => tx.attempts.extendAll(until));
      expect(await inside((tx) => tx.attempts.patienceWith(held.attempt))).toEqual({
        lease: until,
        offer: until,
      });
      expect((await inside((tx) => tx.attempts.patienceWith(over.attempt)))?.lease).toBeLessThan(until);
    });

    it('keeps the end of the output of who holds the attempt, each piece once and in order', async () => {
      const { scenario, attempt } = await dispatched('logger-1');
      const append = (offset: number, chunk: string, key = attempt) =>
        inside((tx) => tx.attempts.appendLog(key, { offset, chunk }));
      await append(3, 'def');
      await append(0, 'abc');
      await append(0, 'abc');
      await append(6, 'ghi', { ...attempt, principalId: 'other' });
      await append(6, 'ghi', { ...attempt, fencingToken: 9 });
      expect(await inside((tx) => tx.attempts.logOf(attempt))).toBe('abcdef');
      for (let piece = 0; piece < 5; piece += 1)
        await append(6 + piece * 65_536, String(piece).repeat(65_536));
      const kept = await inside((tx) => tx.attempts.logOf(attempt));
      expect(kept).toBe(['1', '2', '3', '4'].map((piece) => piece.repeat(65_536)).join(''));
      await changed(scenario, () => scenario.end('review'));
      await append(999_999, 'late');
      expect(await inside((tx) => tx.attempts.logOf(attempt))).toBe(kept);
    });

    it('queues ready steps by how long they wait, and counts those of others', async () => {
      const first = await stored(scenarioOf());
      await new Promise((resolve) => setTimeout(resolve, 2));
      const second = await stored(scenarioOf());
      const queue = async () => {
        const found: string[] = [];
        let after: Parameters<OrchestratorStores['steps']['waiting']>[1];
        for (;;) {
          const page = await inside((tx) => tx.steps.waiting('EXAMINATION', after, 2));
          found.push(...page.map(({ workflowId }) => workflowId));
          after = page.at(-1);
          if (page.length < 2) return found;
        }
      };
      const waiting = (await queue()).filter((id) => id === idOf(first) || id === idOf(second));
      expect(waiting).toEqual([idOf(first), idOf(second)]);
      await changed(first, () => first.assign('review'));
      await new Promise((resolve) => setTimeout(resolve, 2));
      await changed(first, () =>
        first.send({
          kind: 'attempt_lost',
          stepId: 'review',
          key: first.attempt('review'),
          cause: 'lease_expired',
        }),
      );
      const later = (await queue()).filter((id) => id === idOf(first) || id === idOf(second));
      expect(later).toEqual([idOf(second), idOf(first)]);
      const elsewhere = await inside((tx) => tx.steps.countWaitingElsewhere(['EXAMINATION'], idOf(first)));
      await changed(second, () => second.assign('review'));
      const fewer = await inside((tx) => tx.steps.countWaitingElsewhere(['EXAMINATION'], idOf(first)));
      expect((elsewhere.get('EXAMINATION') ?? 0) - (fewer.get('EXAMINATION') ?? 0)).toBe(1);
      expect(await queue()).not.toContain(idOf(second));
    });

    it('gives candidates with what they hold, and knows for whom there is work and somebody free', async () => {
      await register('free-1');
      await stored(scenarioOf());
      const of = async (agentId: string) =>
        (await inside((tx) => tx.directory.lockCandidates(['EXAMINATION', 'TESTING'], Date.now()))).find(
          (one) => one.agentId === agentId,
        );
      expect(await of('free-1')).toMatchObject({
        liveness: 'offline',
        running: 0,
        slots: 1,
        isRegistered: true,
      });
      await inside((tx) =>
        tx.directory.openSession('free-1-principal', ['free-1', 'stranger-1'], Date.now()),
      );
      expect(await of('free-1')).toMatchObject({ liveness: 'online' });
      expect(await of('stranger-1')).toBeUndefined();
      expect(await inside((tx) => tx.steps.dispatchable(Date.now(), ['EXAMINATION', 'TESTING']))).toEqual([
        'EXAMINATION',
      ]);
      const { scenario } = await dispatched('free-1');
      expect(await of('free-1')).toMatchObject({ running: 1 });
      expect(await inside((tx) => tx.steps.dispatchable(Date.now(), ['EXAMINATION']))).toEqual([]);
      await register('free-1', 2, 2);
      expect(await of('free-1')).toMatchObject({ running: 1, slots: 2 });
      expect(await inside((tx) => tx.steps.dispatchable(Date.now(), ['EXAMINATION']))).toEqual([
        'EXAMINATION',
      ]);
      await changed(scenario, () => scenario.end('review'));
      expect(await of('free-1')).toMatchObject({ running: 0 });
      await inside((tx) => tx.directory.retire('free-1', 5));
      expect(await inside((tx) => tx.directory.standingOf('free-1'))).toBeUndefined();
      expect(await inside((tx) => tx.steps.dispatchable(Date.now(), ['EXAMINATION']))).toEqual([]);
    });

    it('gives no work to an agent that is suspended, until that has ended', async () => {
      await register('penned-1');
      const now = Date.now();
      await inside((tx) => tx.directory.openSession('penned-1-principal', ['penned-1'], now));
      const enforcement = async () =>
        (await inside((tx) => tx.directory.lockCandidates(['EXAMINATION'], now))).find(
          ({ agentId }) => agentId === 'penned-1',
        );
      const set = (to: 'none' | 'suspended' | 'frozen', credentialEpoch: number, version: number) =>
        inside((tx) =>
          tx.directory.setEnforcement('penned-1', { enforcement: to, credentialEpoch }, version),
        );
      await set('frozen', 3, 4);
      await set('suspended', 2, 3);
      await set('none', 1, 2);
      expect(await enforcement()).toMatchObject({ enforcement: 'frozen', credentialEpoch: 3 });
      await stored(scenarioOf());
      expect(await inside((tx) => tx.steps.dispatchable(now, ['EXAMINATION']))).toEqual([]);
      await set('none', 3, 5);
      expect(await enforcement()).toMatchObject({ enforcement: 'none', credentialEpoch: 3 });
      expect(await inside((tx) => tx.steps.dispatchable(now, ['EXAMINATION']))).toEqual(['EXAMINATION']);
      await inside((tx) => tx.directory.retire('penned-1', 9));
    });

    it('gives no work to an agent that is taken to be gone, until it is heard of or time has passed', async () => {
      await register('quiet-1');
      const now = Date.now();
      const isSilent = async (at = now) =>
        (await inside((tx) => tx.directory.lockCandidates(['EXAMINATION'], at))).find(
          ({ agentId }) => agentId === 'quiet-1',
        )?.isSilent;
      const silence = (after: number) => inside((tx) => tx.directory.silence('quiet-1', now + 5000, after));
      await inside((tx) => tx.directory.openSession('quiet-1-principal', ['quiet-1'], now));
      await silence(now - 1);
      expect(await isSilent()).toBe(false);
      await silence(now + 1);
      expect([await isSilent(), await isSilent(now + 5001)]).toEqual([true, false]);
      expect(await inside((tx) => tx.directory.standingOf('quiet-1'))).toEqual({
        credentialEpoch: 1,
        principalId: 'quiet-1-principal',
        isSilent: true,
      });
      await inside((tx) => tx.directory.hear('quiet-1'));
      expect(await isSilent()).toBe(false);
      await silence(now + 1);
      await inside((tx) => tx.directory.openSession('quiet-1-principal', ['quiet-1'], now + 2));
      expect(await isSilent()).toBe(false);
      await silence(now + 3);
      await inside((tx) => tx.directory.setLiveness('quiet-1', 'online', now + 4, 7));
      expect(await isSilent()).toBe(false);
    });

    it('knows of a sanction before it knows of the agent', async () => {
      await inside((tx) =>
        tx.directory.setEnforcement('unborn-1', { enforcement: 'suspended', credentialEpoch: 2 }, 2),
      );
      await register('unborn-1');
      const candidates = await inside((tx) => tx.directory.lockCandidates(['EXAMINATION'], Date.now()));
      expect(candidates.find(({ agentId }) => agentId === 'unborn-1')).toMatchObject({
        enforcement: 'suspended',
        credentialEpoch: 2,
      });
      await inside((tx) => tx.directory.retire('unborn-1', 9));
    });

    it('keeps the newest that is known of an agent, in whatever order it hears of it', async () => {
      await register('order-1', 3);
      await inside((tx) => tx.directory.retire('order-1', 2));
      expect(await inside((tx) => tx.directory.standingOf('order-1'))).toMatchObject({ credentialEpoch: 1 });
      const now = Date.now();
      const liveness = async () =>
        (await inside((tx) => tx.directory.lockCandidates(['EXAMINATION'], Date.now()))).find(
          ({ agentId }) => agentId === 'order-1',
        )?.liveness;
      await inside((tx) => tx.directory.setLiveness('order-1', 'offline', now, 2));
      await inside((tx) => tx.directory.setLiveness('order-1', 'online', now + 5, 1));
      expect(await liveness()).toBe('offline');
      await inside((tx) => tx.directory.openSession('order-1-principal', ['order-1'], now + 10));
      expect(await liveness()).toBe('online');
      await inside((tx) => tx.directory.setLiveness('order-1', 'late', now + 6, 3));
      expect(await liveness()).toBe('online');
      await inside((tx) => tx.directory.setLiveness('order-1', 'late', now + 20, 4));
      expect(await liveness()).toBe('late');
      await inside((tx) => tx.directory.openSession('p', ['early-1'], now));
      await register('early-1');
      expect(await inside((tx) => tx.directory.typesOf(['early-1', 'nobody-1']))).toEqual(['EXAMINATION']);
    });

    it('finds steps that nothing would move, and puts back what moves them', async () => {
      const scenario = await stored(scenarioOf());
      const mine = async () =>
        (await inside((tx) => tx.steps.orphans(Date.now() + 1000)))
          .filter(({ workflowId }) => workflowId === idOf(scenario))
          .map(({ stepId }) => stepId)
          .sort();
      expect(await mine()).toEqual([]);
      await inside((tx) => tx.timers.drop(idOf(scenario)));
      expect(await mine()).toEqual(['review', 'test']);
      await inside((tx) => tx.runs.repair(scenario.run));
      expect(await mine()).toEqual([]);
    });

    it('leaves a step its place in the queue when it is repaired', async () => {
      const scenario = await stored(scenarioOf());
      const since = async () =>
        (await inside((tx) => tx.steps.waiting('EXAMINATION', undefined, 1000)))
          .filter(({ workflowId }) => workflowId === idOf(scenario))
          .map((step) => step.since);
      const before = await since();
      expect(before).toHaveLength(1);
      await eventually(() => expect(Date.now()).toBeGreaterThan((before[0] ?? 0) + 1));
      await inside((tx) => tx.runs.repair(scenario.run));
      expect(await since()).toEqual(before);
    });

    it('keeps a gate and every decision about it', async () => {
      const scenario = await stored(scenarioOf());
      await inside(async (tx) => {
        await tx.gates.opened({
          workflow_id: idOf(scenario),
          request_id: scenario.run.definition.request_id,
          project_id: 'sample',
          gate_id: idFrom(0xaaa),
          step_id: 'review',
          kind: 'plan_approval',
          subject_digest: `sha256:${'0'.repeat(64)}`,
          expires_at: '2026-01-02T00:00:00.000Z',
        });
        const decision = {
          gate_id: idFrom(0xaaa),
          workflow_id: idOf(scenario),
          subject_digest: `sha256:${'0'.repeat(64)}`,
          decision: 'approved' as const,
          approval_id: idFrom(0xbbb),
          decided_by: 'grace',
        };
        await tx.gates.remember(decision);
        await tx.gates.remember(decision);
        await tx.gates.closed(idFrom(0xaaa), 'approved');
      });
    });

    it('keeps pauses of all dispatch, and knows which of them a run has lived in', async () => {
      const first = { number: 1, pausedBy: 'grace', reason: 'a', pausedAt: 1000, end: undefined };
      const end = { resumedBy: 'ada', reason: 'b', resumedAt: 2000 };
      const second = { number: 2, pausedBy: 'ada', reason: 'c', pausedAt: 3000, end: undefined };
      expect(await inside((tx) => tx.brake.last())).toBeUndefined();
      await inside((tx) => tx.brake.insert(first));
      expect(await inside((tx) => tx.brake.whileWorking())).toEqual(first);
      await inside((tx) => tx.brake.end({ ...first, end }));
      expect(await inside((tx) => tx.brake.whileWorking())).toBeUndefined();
      await inside((tx) => tx.brake.insert(second));
      expect(await inside((tx) => tx.brake.lock())).toEqual(second);
      expect(await inside((tx) => tx.brake.since(1999))).toEqual([{ ...first, end }, second]);
      expect(await inside((tx) => tx.brake.since(2000))).toEqual([second]);
    });
  });
}
