import type { Attempt } from '../../domain/workflow/workflow';
import { idFrom } from '../workflow-scenario';
import { beat, idOf, type StoresUnderTest } from './stores-under-test';

export function describeAttempts({ inside, changed, register, dispatched }: StoresUnderTest): void {
  it('extends a lease only for the agent that holds exactly the attempt', async () => {
    const { scenario, attempt } = await dispatched('beater-1');
    const until = Date.now() + 70_000;
    const beaten = await inside((tx) => tx.attempts.extendLease(beat(attempt, { leaseExpiresAt: until })));
    expect(beaten).toEqual({
      workflowId: idOf(scenario),
      requestId: scenario.workflow.definition.request_id,
      projectId: 'sample',
      stepId: 'review',
      traceparent: 'trace',
      fact: 1,
    });
    expect(await inside((tx) => tx.attempts.limitsOf(attempt))).toMatchObject({ lease: until });
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
    expect(await inside((tx) => tx.attempts.limitsOf(attempt))).toMatchObject({ lease: until });
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

  it('finds attempts that an agent holds under an older credential, and extends no lease of them', async () => {
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
    expect([await facts(now, attempt), await facts(now, attempt), await facts(now + 249, attempt)]).toEqual([
      1,
      undefined,
      undefined,
    ]);
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

  it('extends every lease and offer that would expire too soon, of held attempts only', async () => {
    const held = await dispatched('patient-1');
    const over = await dispatched('patient-2');
    await changed(over.scenario, () => over.scenario.end('review'));
    const until = Date.now() + 90_000;
    await inside((tx) => tx.attempts.extendAll(until));
    expect(await inside((tx) => tx.attempts.limitsOf(held.attempt))).toEqual({
      lease: until,
      offer: until,
    });
    expect((await inside((tx) => tx.attempts.limitsOf(over.attempt)))?.lease).toBeLessThan(until);
  });

  it('keeps the end of the holder’s output, each chunk once and in order', async () => {
    const { scenario, attempt } = await dispatched('logger-1');
    const append = (offset: number, chunk: string, key = attempt) =>
      inside((tx) => tx.attempts.appendLog(key, { offset, chunk }));
    await append(3, 'def');
    await append(0, 'abc');
    await append(0, 'abc');
    await append(6, 'ghi', { ...attempt, principalId: 'other' });
    await append(6, 'ghi', { ...attempt, fencingToken: 9 });
    expect(await inside((tx) => tx.attempts.logOf(attempt))).toBe('abcdef');
    for (let piece = 0; piece < 5; piece += 1) await append(6 + piece * 65_536, String(piece).repeat(65_536));
    const kept = await inside((tx) => tx.attempts.logOf(attempt));
    expect(kept).toBe(['1', '2', '3', '4'].map((piece) => piece.repeat(65_536)).join(''));
    await changed(scenario, () => scenario.end('review'));
    await append(999_999, 'late');
    expect(await inside((tx) => tx.attempts.logOf(attempt))).toBe(kept);
  });
}
