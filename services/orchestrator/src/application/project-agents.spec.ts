import { OrchestratorInMemory } from '../testing/orchestrator-in-memory';
import { definitionOf, planOf, review } from '../testing/plans';

const reviewOnly = definitionOf(planOf([review]));

describe('ProjectAgents', () => {
  let environment: OrchestratorInMemory;

  beforeEach(() => {
    environment = new OrchestratorInMemory();
  });

  it('reassigns at once what a retired agent holds, and gives it nothing more', async () => {
    await environment.join('reviewer-1', 'EXAMINATION');
    await environment.start(reviewOnly);
    const first = environment.lastTask();
    await environment.agents.retired({
      id: environment.id(),
      time: environment.clock.now(),
      aggregateVersion: 9,
      payload: { agent_id: 'reviewer-1', principal_id: 'reviewer-1-principal', reason: 'Replaced.' },
    });
    await environment.settle();
    expect((await environment.stepOf('review')).state).toBe('ready');
    await environment.end(first);
    expect(environment.refused).toEqual(['fenced']);
    await environment.join('reviewer-2', 'EXAMINATION');
    expect(environment.lastTask().agent_id).toBe('reviewer-2');
  });

  describe('a sanctioned agent', () => {
    const standing = (
      status: 'active' | 'suspended' | 'frozen',
      credential_epoch: number,
      aggregateVersion: number,
      id = environment.id(),
    ) => ({
      id,
      time: environment.clock.now(),
      aggregateVersion,
      payload: {
        agent_id: 'reviewer-1',
        principal_id: 'reviewer-1-principal',
        status,
        cause: status === 'active' ? ('recovery' as const) : ('silence' as const),
        credential_epoch,
        reason: 'No report for 5 windows.',
        changed_by: 'platform',
        changed_at: environment.clock.now().toISOString(),
      },
    });
    const follow = async (fact: ReturnType<typeof standing>): Promise<void> => {
      await environment.agents.sanctionStatusChanged(fact);
      await environment.settle();
    };

    it('loses at once what it holds to another agent; its late result has no effect and is counted', async () => {
      await environment.join('reviewer-1', 'EXAMINATION');
      await environment.start(reviewOnly);
      const first = environment.lastTask();
      await environment.accept(first);
      await environment.join('reviewer-2', 'EXAMINATION');
      await follow(standing('suspended', 2, 2));
      expect(environment.lastTask()).toMatchObject({ agent_id: 'reviewer-2', attempt: 2 });
      expect((await environment.stepOf('review')).reasons).toContain('reviewer-1 was suspended or frozen.');
      expect(environment.canceled()).toMatchObject([{ agent_id: 'reviewer-1', task_id: first.task_id }]);
      await environment.end(first);
      expect([environment.refused, (await environment.stepOf('review')).state]).toEqual([
        ['fenced'],
        'dispatched',
      ]);
      await environment.end(environment.lastTask());
      expect((await environment.stepOf('review')).state).toBe('completed');
    });

    it('gets no work until it is reinstated, and then at once', async () => {
      await environment.join('reviewer-1', 'EXAMINATION');
      await follow(standing('frozen', 2, 2));
      await environment.start(reviewOnly);
      expect(environment.tasks()).toEqual([]);
      expect((await environment.stepOf('review')).reasons.at(-1)).toContain('1 frozen');
      await follow(standing('active', 2, 3));
      expect(environment.lastTask().agent_id).toBe('reviewer-1');
      await environment.end(environment.lastTask());
      expect((await environment.stepOf('review')).state).toBe('completed');
    });

    it('keeps work given after the end of its sanction, when the sanction event arrives late or again', async () => {
      await environment.join('reviewer-1', 'EXAMINATION');
      const sanction = standing('suspended', 2, 2);
      await follow(sanction);
      await follow(standing('active', 2, 3));
      await environment.start(reviewOnly);
      const task = environment.lastTask();
      await follow(sanction);
      await follow({ ...sanction, id: environment.id() });
      await environment.end(task);
      expect([environment.refused, (await environment.stepOf('review')).state]).toEqual([[], 'completed']);
    });

    it('loses what it held also when only the end of the sanction arrives', async () => {
      await environment.join('reviewer-1', 'EXAMINATION');
      await environment.start(reviewOnly);
      const first = environment.lastTask();
      await follow(standing('active', 2, 3));
      expect(environment.lastTask()).toMatchObject({ agent_id: 'reviewer-1', attempt: 2 });
      await environment.end(first);
      expect(environment.refused).toEqual(['fenced']);
    });

    it('loses what is left when the event is redelivered after a crash in between', async () => {
      await environment.join('reviewer-1', 'EXAMINATION');
      await environment.start(reviewOnly);
      const sanction = standing('suspended', 2, 2);
      await environment.unitOfWork.run(async (tx) => {
        await tx.inbox.accept('orchestrator.agent_standing_changed', sanction.id);
        await tx.directory.setEnforcement('reviewer-1', { enforcement: 'suspended', credentialEpoch: 2 }, 2);
      });
      await follow(sanction);
      expect((await environment.stepOf('review')).state).toBe('ready');
    });
  });

  it('keeps the newest state when events arrive out of order', async () => {
    await environment.join('reviewer-1', 'EXAMINATION');
    const liveness = (to: 'online' | 'offline', aggregateVersion: number) =>
      environment.agents.livenessChanged({
        id: environment.id(),
        time: new Date(environment.clock.now().getTime() + aggregateVersion),
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
    await environment.start(reviewOnly);
    expect(environment.tasks()).toHaveLength(1);
  });
});
