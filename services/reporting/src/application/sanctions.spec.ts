import { enforcementChanged } from '@ymera/contracts';
import { minute, reportingFixture } from '../testing/reporting-fixture';
import { online, during, nextSeq } from '../testing/passing-time';

describe('sanction levels', () => {
  it('warn, suspend and freeze a silent agent after 3, 5 and 10 missed windows, and no other agent', async () => {
    const fixture = await online('silent-1', 'good-1');
    expect(await during(fixture, 3, ['good-1'])).toEqual([]);
    expect(await during(fixture, 1, ['good-1'])).toEqual(['silent-1 none → warned (silence)']);
    expect(await during(fixture, 1, ['good-1'])).toEqual([]);
    expect(await during(fixture, 1, ['good-1'])).toEqual(['silent-1 warned → suspended (silence)']);
    expect(await during(fixture, 4, ['good-1'])).toEqual([]);
    expect(await during(fixture, 1, ['good-1'])).toEqual(['silent-1 suspended → frozen (silence)']);
    expect(await during(fixture, 60, ['good-1'])).toEqual([]);
    const facts = fixture.tables.unitOfWork.outbox.payloads(enforcementChanged);
    expect(facts.map(({ missed_windows }) => missed_windows)).toEqual([3, 5, 10]);
    expect(facts[1]).toMatchObject({
      principal_id: 'runner-1',
      agent_type: 'TESTING',
      cause: 'silence',
      last_report_at: '2026-01-01T00:06:00.000Z',
      reason: 'No report for 5 windows of 60 s.',
    });
    expect(fixture.metrics.steps).toEqual(['none → warned', 'warned → suspended', 'suspended → frozen']);
    expect(Math.max(...fixture.metrics.lagsMs)).toBeLessThanOrEqual(1_000);
    expect(fixture.owned.fleet.counts().byEnforcement).toMatchObject({ none: 1, frozen: 1 });
    expect(fixture.tables.unitOfWork.state.agents.get('silent-1')?.enforcement).toBe('frozen');
  });

  it('raise the version of the agent with each event about it, as liveness does', async () => {
    const fixture = await online('silent-1');
    await during(fixture, 12);
    const versions = fixture.tables.unitOfWork.outbox.messages.flatMap(({ aggregateId, aggregateVersion }) =>
      aggregateId === 'silent-1' ? [aggregateVersion] : [],
    );
    expect(versions).toEqual(versions.map((_, index) => index + 1));
    expect(versions).toHaveLength(6);
  });

  it.each([
    [4, 'warned'],
    [6, 'suspended'],
  ])('drop to none by three good reports after %d minutes without one', async (minutes, level) => {
    const fixture = await online('tester-1');
    await during(fixture, minutes);
    expect(fixture.owned.fleet.entry('tester-1')?.state.enforcement).toBe(level);
    expect(await during(fixture, 1, ['tester-1'])).toEqual([]);
    expect(await during(fixture, 1, ['tester-1'])).toEqual([`tester-1 ${level} → none (recovery)`]);
    expect(await during(fixture, 10, ['tester-1'])).toEqual([]);
    expect(fixture.tables.unitOfWork.state.agents.get('tester-1')?.enforcement).toBe('none');
  });

  it('do not drop while sanctions are suppressed; the next report after that lifts them', async () => {
    const fixture = await online('tester-1');
    await during(fixture, 4);
    fixture.unavailable.authentication = true;
    expect(await during(fixture, 5, ['tester-1'])).toEqual([]);
    fixture.unavailable.authentication = false;
    expect(await during(fixture, 1, ['tester-1'])).toEqual(['tester-1 warned → none (recovery)']);
  });

  it('ignore reports of a frozen agent, until an administrator lifts its freeze', async () => {
    const fixture = await online('tester-1');
    await during(fixture, 11);
    expect(await fixture.report('tester-1', nextSeq())).toBe('frozen');
    expect(await during(fixture, 5, ['tester-1'])).toEqual([]);
    expect(await fixture.lift('tester-1')).toBe('followed');
    expect(fixture.steps().at(-1)).toBe('tester-1 frozen → none (lifted)');
    expect(await fixture.report('tester-1', nextSeq())).toBe('accepted');
  });

  it('drop by a lift that was committed without an answer, also in memory', async () => {
    const fixture = await online('tester-1');
    await during(fixture, 11);
    fixture.tables.unanswered = 1;
    const fact = fixture.liftOf('tester-1');
    await expect(fixture.standing.execute(fact)).rejects.toThrow('database_unavailable');
    expect(await fixture.standing.execute(fact)).toBe('followed');
    expect(await fixture.report('tester-1', nextSeq())).toBe('accepted');
    expect(fixture.steps().filter((step) => step.includes('lifted'))).toHaveLength(1);
  });

  it('start anew after a lift: a grace period of a suspension window, then 3, 5 and 10 windows', async () => {
    const fixture = await online('tester-1');
    await during(fixture, 11);
    await fixture.lift('tester-1');
    await fixture.pass(8 * minute);
    expect(fixture.steps().at(-1)).toBe('tester-1 frozen → none (lifted)');
    await fixture.pass(0.5 * minute);
    expect(fixture.steps().at(-1)).toBe('tester-1 none → warned (silence)');
    await fixture.pass(2 * minute);
    expect(fixture.steps().at(-1)).toBe('tester-1 warned → suspended (silence)');
  });

  it('apply a lift once, and not for another instance’s agent', async () => {
    const fixture = await online('tester-1');
    await during(fixture, 11);
    const payload = {
      agent_id: 'tester-1',
      principal_id: 'runner-1',
      status: 'active' as const,
      cause: 'lifted' as const,
      credential_epoch: 3,
      reason: 'Its host has more memory now.',
      changed_by: 'root',
      changed_at: '2026-01-01T00:20:00.000Z',
    };
    const fact = { id: '01936d00-0000-7000-8000-000000000001', payload };
    const other = reportingFixture(fixture);
    expect(await other.standing.execute(fact)).toBe('elsewhere');
    expect(await fixture.standing.execute({ ...fact, payload: { ...payload, cause: 'silence' } })).toBe(
      'followed',
    );
    expect(fixture.steps().filter((step) => step.includes('lifted'))).toEqual([]);
    for (let times = 0; times < 3; times += 1) await fixture.standing.execute(fact);
    expect(fixture.steps().filter((step) => step.includes('lifted'))).toHaveLength(1);
    await during(fixture, 20);
    await fixture.standing.execute(fact);
    expect(fixture.steps().at(-1)).toBe('tester-1 suspended → frozen (silence)');
    expect(
      await fixture.standing.execute({ id: fact.id, payload: { ...payload, agent_id: 'unknown-1' } }),
    ).toBe('followed');
  });

  it('lose no escalation when it cannot be written', async () => {
    const fixture = await online('silent-1');
    await fixture.pass(3 * minute);
    fixture.tables.isUnavailable = true;
    const tryInVain = async () => {
      fixture.clock.advance(1_000);
      await fixture.observe();
      await fixture.missedReports.execute(fixture.clock.now().getTime());
    };
    for (let passed = 0; passed < 6; passed += 1) await tryInVain();
    await expect(tryInVain()).rejects.toThrow('unavailable');
    expect(fixture.owned.fleet.entry('silent-1')?.state.enforcement).toBe('none');
    fixture.tables.isUnavailable = false;
    await fixture.pass(2_000);
    expect(fixture.steps()).toEqual(['silent-1 none → warned (silence)']);
    expect(fixture.owned.deadlines).toBe(1);
  });

  it('are not written by an instance when another one holds the agent', async () => {
    const fixture = await online('silent-1');
    await fixture.pass(3 * minute);
    const heir = reportingFixture(fixture);
    fixture.clock.advance(10_000);
    await heir.start();
    await expect(fixture.missedReports.execute(fixture.clock.now().getTime())).rejects.toThrow(
      'partition_not_owned',
    );
    expect(fixture.steps()).toEqual([]);
  });

  it('are found by another instance, which gives every agent a suspension window first', async () => {
    const fixture = await online('silent-1', 'good-1');
    await during(fixture, 6, ['good-1']);
    const heir = reportingFixture(fixture);
    fixture.clock.advance(10_000);
    await heir.start();
    expect(await during(heir, 15, ['good-1'])).toEqual([]);
    expect(await during(heir, 1, ['good-1'])).toEqual(['silent-1 suspended → frozen (silence)']);
  });
});
