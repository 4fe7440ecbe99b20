import { minute, reportingFixture } from '../testing/reporting-fixture';
import { online, report, keepReporting, during, crowd, nextSeq } from '../testing/passing-time';

describe('sanctions while many agents are silent at once', () => {
  it('are suppressed for all of them, as one incident, until they report again', async () => {
    const agents = crowd(20);
    const fixture = await online(...agents);
    const [dead = '', ...others] = agents;
    expect(await during(fixture, 20)).toEqual([]);
    expect(fixture.incidents()).toEqual(['held: mass_silence of fleet']);
    expect(await during(fixture, 7, others)).toEqual([]);
    expect(fixture.incidents()).toEqual(['held: mass_silence of fleet', 'resumed: mass_silence']);
    expect(await during(fixture, 12, others)).toEqual([
      `${dead} none → warned (silence)`,
      `${dead} warned → suspended (silence)`,
      `${dead} suspended → frozen (silence)`,
    ]);
    expect(fixture.incidents()).toHaveLength(2);
  }, 30_000);

  it('are suppressed before the first of them, also when the check runs late', async () => {
    const [early = '', ...others] = crowd(20);
    const fixture = await online(early, ...others);
    await fixture.pass(0.9 * minute);
    await report(fixture, others);
    await fixture.pass(0.85 * minute);
    expect(fixture.owned.fleet.entry(early)?.state.liveness).toBe('late');
    for (let passed = 0; passed < 100; passed += 1) {
      fixture.clock.advance(1_000);
      await fixture.observe();
    }
    await fixture.missedReports.execute(fixture.clock.now().getTime());
    expect(fixture.steps()).toEqual([]);
    expect(fixture.owned.fleet.counts().byLiveness).toMatchObject({ online: 0 });
  });

  it('are suppressed for a silent type, but not for a single silent agent of another type', async () => {
    const testers = crowd(10);
    const fixture = await online(...testers);
    const coders = Array.from({ length: 12 }, (_, index) => `coder-${index}`);
    for (const coder of coders) await fixture.agent(coder, 'runner-2', 'CODING');
    await fixture.session(1, 'runner-2');
    const reportCoders = async (who: readonly string[]) => {
      const seq = nextSeq();
      await fixture.ingest.execute(who.map((agent_id) => fixture.incoming({ agent_id, seq }, 'runner-2')));
    };
    await reportCoders(coders);
    for (let passed = 0; passed < 6; passed += 1) {
      await fixture.pass(minute);
      await reportCoders(coders.slice(1));
    }
    expect(fixture.incidents()).toEqual(['held: mass_silence of type:TESTING']);
    expect(fixture.steps()).toEqual([
      'coder-0 none → warned (silence)',
      'coder-0 warned → suspended (silence)',
    ]);
  }, 30_000);

  it.each([1, 4, 9])('are not suppressed in a fleet of %d: all of them escalate', async (count) => {
    const agents = crowd(count);
    const fixture = await online(...agents);
    await during(fixture, 12);
    expect(fixture.owned.fleet.counts().byEnforcement).toMatchObject({ frozen: count });
    expect(fixture.incidents()).toEqual([]);
  });

  it('are suppressed for an hour at most, then escalate', async () => {
    const agents = crowd(10);
    const fixture = await online(...agents);
    expect(await during(fixture, 62)).toEqual([]);
    expect(await during(fixture, 7)).toEqual([]);
    expect(await during(fixture, 8)).toHaveLength(30);
    expect(fixture.incidents()).toEqual(['held: mass_silence of fleet', 'resumed: mass_silence']);
  }, 60_000);

  it('are suppressed in one published incident, which another instance ends when the first one dies', async () => {
    const agents = crowd(10);
    const fixture = await online(...agents);
    await during(fixture, 10);
    fixture.clock.advance(10_000);
    const heir = reportingFixture(fixture);
    await heir.start();
    await keepReporting(heir, agents, 2);
    expect(heir.incidents()).toEqual(['held: mass_silence of fleet', 'resumed: mass_silence']);
  });

  it('of another instance’s agents are resumed when their partitions are taken over', async () => {
    const fixture = reportingFixture();
    const hold = {
      id: '01936d00-0000-7000-8000-000000000009',
      reason: 'mass_silence' as const,
      since: fixture.clock.now().getTime(),
    };
    await fixture.tables.run(async (tx) => {
      await tx.partitions.claim('dead', [1], 20 * minute);
      await tx.holds.open('dead', hold);
    });
    await fixture.start();
    await fixture.pass(20.1 * minute);
    expect(fixture.incidents()).toEqual([]);
    await fixture.partitions.execute();
    await fixture.pass(minute);
    expect(fixture.incidents()).toEqual(['resumed: mass_silence']);
  });
});
