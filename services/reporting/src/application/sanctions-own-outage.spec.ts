import { minute, reportingFixture } from '../testing/reporting-fixture';
import { online, report, during, behind } from '../testing/passing-time';

describe('sanctions after a downtime of the platform', () => {
  it.each(['broker', 'database', 'authentication'] as const)(
    'are suppressed while %s is unavailable for longer than a freeze takes, and then reach only silent agents',
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

  it('are suppressed without an incident when the downtime is over before it delayed any', async () => {
    const fixture = await online('good-1');
    fixture.unavailable.broker = true;
    await during(fixture, 1, ['good-1']);
    fixture.unavailable.broker = false;
    await during(fixture, 10, ['good-1']);
    expect(fixture.incidents()).toEqual([]);
  });

  it('are suppressed after every break of the broker, but only after a lasting one of the registry', async () => {
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
    'are suppressed when %s hangs, because an answer that is not fresh does not count',
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

  it('are suppressed after a pause of the process, from the first deadline checked', async () => {
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
    [[1], 'its partition'],
    [[0, 2, 3], 'most partitions'],
  ])('are suppressed while partitions %j are behind (%s)', async (partitions) => {
    const fixture = await online('silent-1');
    await behind(fixture, 20, partitions);
    expect(fixture.steps()).toEqual([]);
  });

  it('are not suppressed in a partition beside one that is behind', async () => {
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

  it('are lifted by good reports, except in a partition that is behind', async () => {
    const fixture = await online('tester-1');
    await during(fixture, 4);
    expect(fixture.steps()).toEqual(['tester-1 none → warned (silence)']);
    await behind(fixture, 5, [1], ['tester-1']);
    expect(fixture.steps()).toHaveLength(1);
    await behind(fixture, 1, [2], ['tester-1']);
    await report(fixture, ['tester-1']);
    expect(fixture.steps().at(-1)).toBe('tester-1 warned → none (recovery)');
  });

  it('are suppressed for a flood without agents here only once its queue is deep', async () => {
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

  it('are not suppressed by a backlog of a moment, whose reports have been handled since', async () => {
    const fixture = await online('silent-1');
    for (let passed = 0; passed < 3; passed += 1) {
      await fixture.pass(55_000);
      fixture.ingestWatch.tookFullBatch(['runner-1'], fixture.clock.now().getTime());
      await fixture.pass(5_000);
    }
    await fixture.pass(minute);
    expect(fixture.steps()).toEqual(['silent-1 none → warned (silence)']);
  });

  it('come a suspension window later after a start', async () => {
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
