import { minute, reportingFixture } from '../testing/reporting-fixture';
import { online, report, during, behind } from '../testing/passing-time';

describe('our own outage', () => {
  it.each(['broker', 'database', 'authentication'] as const)(
    'sanctions nobody while %s is away for longer than a freeze takes, and then only who stays silent',
    async (what) => {
      const fixture = await online('silent-1', 'good-1');
      fixture.unavailable[what] = true;
      await fixture.pass(25 * minute);
      expect(fixture.steps()).toEqual([]);
      fixture.unavailable[what] = false;
      expect(await during(fixture, 8, ['good-1'])).toEqual([]);
      expect(await during(fixture, 1, ['good-1'])).toEqual(['silent-1 none → warned (silence)']);
      expect(await during(fixture, 2, ['good-1'])).toEqual(['silent-1 warned → suspended (silence)']);
      expect(await during(fixture, 5, ['good-1'])).toEqual(['silent-1 suspended → frozen (silence)']);
      const reason = what === 'authentication' ? 'authentication_unavailable' : 'ingest_unhealthy';
      expect(fixture.incidents()).toEqual([`held: ${reason}`, `resumed: ${reason}`]);
    },
  );

  it('is no incident when it is over before it kept anything back', async () => {
    const fixture = await online('good-1');
    fixture.unavailable.broker = true;
    await during(fixture, 1, ['good-1']);
    fixture.unavailable.broker = false;
    await during(fixture, 10, ['good-1']);
    expect(fixture.incidents()).toEqual([]);
  });

  it('is not every question that the registry leaves unanswered, but every break of the broker', async () => {
    const fixture = await online('silent-1');
    const hiccup = async (what: 'broker' | 'authentication') => {
      fixture.unavailable[what] = true;
      await fixture.pass(2_000);
      fixture.unavailable[what] = false;
    };
    for (let passed = 0; passed < 4; passed += 1) {
      await fixture.pass(minute);
      await hiccup('authentication');
    }
    expect(fixture.steps()).toEqual(['silent-1 none → warned (silence)']);
    await hiccup('broker');
    await fixture.pass(9 * minute);
    expect(fixture.steps()).toEqual(['silent-1 none → warned (silence)']);
    await fixture.pass(1.5 * minute);
    expect(fixture.steps()).toHaveLength(2);
  });

  it.each(['broker', 'database', 'authentication'] as const)(
    'is assumed when %s hangs: knowledge that is not fresh is none',
    async (what) => {
      const fixture = await online('silent-1');
      await fixture.pass(2 * minute);
      fixture.hanging.add(what);
      for (let passed = 0; passed < 100; passed += 1) {
        fixture.clock.advance(1_000);
        fixture.ingestWatch.check(fixture.clock.now().getTime());
        await fixture.missedReports.execute(fixture.clock.now().getTime());
      }
      expect(fixture.owned.clearSince).toBeNull();
      expect(fixture.steps()).toEqual([]);
    },
  );

  it('is assumed when the process did not run, by the first deadline that is looked at', async () => {
    const fixture = await online('silent-1');
    fixture.clock.advance(20 * minute);
    fixture.ingestWatch.check(fixture.clock.now().getTime());
    await fixture.missedReports.execute(fixture.clock.now().getTime());
    expect(fixture.steps()).toEqual([]);
    await fixture.pass(8 * minute);
    expect(fixture.steps()).toEqual([]);
    await fixture.pass(minute);
    expect(fixture.steps()).toEqual(['silent-1 none → warned (silence)']);
  });

  it.each([
    [[1], 'its partition is'],
    [[0, 2, 3], 'most partitions are'],
  ])('is assumed while reports are behind in %j: %s', async (partitions) => {
    const fixture = await online('silent-1');
    await behind(fixture, 20, partitions);
    expect(fixture.steps()).toEqual([]);
  });

  it('is not what keeps another partition behind, where agents are judged as usual', async () => {
    const fixture = await online('flooder-1', 'beside-1');
    await fixture.session(1, 'runner-2');
    await fixture.agent('silent-2', 'runner-2', 'TESTING', 2);
    await fixture.ingest.execute([fixture.incoming({ agent_id: 'silent-2' }, 'runner-2')]);
    await behind(fixture, 12, [1, 3], ['flooder-1']);
    expect(fixture.owned.behind).toBe(2);
    expect(fixture.steps()).toEqual([
      'silent-2 none → warned (silence)',
      'silent-2 warned → suspended (silence)',
      'silent-2 suspended → frozen (silence)',
    ]);
    expect(await during(fixture, 8, ['flooder-1'])).toEqual([]);
    expect(fixture.owned.behind).toBe(0);
    expect(await during(fixture, 1, ['flooder-1'])).toEqual(['beside-1 none → warned (silence)']);
  });

  it('keeps good reports from lifting a sanction only in the partition that is behind', async () => {
    const fixture = await online('tester-1');
    await during(fixture, 4);
    expect(fixture.steps()).toEqual(['tester-1 none → warned (silence)']);
    await behind(fixture, 5, [1], ['tester-1']);
    expect(fixture.steps()).toHaveLength(1);
    await behind(fixture, 1, [2], ['tester-1']);
    await report(fixture, ['tester-1']);
    expect(fixture.steps().at(-1)).toBe('tester-1 warned → none (recovery)');
  });

  it('is the flood of somebody without agents here only once its queue was found deep', async () => {
    const fixture = await online('silent-1');
    const now = fixture.clock.now().getTime();
    fixture.ingestWatch.tookFullBatch([undefined, 'runner-9', 'runner-8'], now);
    expect(fixture.owned.behind).toBe(0);
    fixture.ingestWatch.tookFullBatch(['runner-9', 'runner-1'], now);
    expect(fixture.owned.behind).toBe(1);
    await fixture.pass(1_000);
    expect(fixture.owned.behind).toBe(0);
    fixture.ingestWatch.foundDeep(1, fixture.clock.now().getTime());
    await fixture.pass(2_900);
    expect(fixture.owned.behind).toBe(1);
    await fixture.pass(100);
    expect(fixture.owned.behind).toBe(0);
  });

  it('is none when reports were behind for a moment only: they have been seen since', async () => {
    const fixture = await online('silent-1');
    for (let passed = 0; passed < 3; passed += 1) {
      await fixture.pass(55_000);
      fixture.ingestWatch.tookFullBatch(['runner-1'], fixture.clock.now().getTime());
      await fixture.pass(5_000);
    }
    await fixture.pass(minute);
    expect(fixture.steps()).toEqual(['silent-1 none → warned (silence)']);
  });

  it('gives a suspension window to everybody after a start', async () => {
    const fixture = reportingFixture();
    await fixture.start();
    await fixture.session(1);
    await fixture.agent('tester-1');
    await fixture.report('tester-1', 1);
    await fixture.pass(8 * minute);
    expect(fixture.steps()).toEqual([]);
    await fixture.pass(0.5 * minute);
    expect(fixture.steps()).toEqual(['tester-1 none → warned (silence)']);
  });
});
