import { minute, reportingWorld } from '../testing/reporting-world';
import { online, report, during, behind } from '../testing/passing-time';

describe('our own outage', () => {
  it.each(['broker', 'database', 'authentication'] as const)(
    'sanctions nobody while %s is away for longer than a freeze takes, and then only who stays silent',
    async (what) => {
      const world = await online('silent-1', 'good-1');
      world.away[what] = true;
      await world.pass(25 * minute);
      expect(world.steps()).toEqual([]);
      world.away[what] = false;
      expect(await during(world, 8, ['good-1'])).toEqual([]);
      expect(await during(world, 1, ['good-1'])).toEqual(['silent-1 none → warned (silence)']);
      expect(await during(world, 2, ['good-1'])).toEqual(['silent-1 warned → suspended (silence)']);
      expect(await during(world, 5, ['good-1'])).toEqual(['silent-1 suspended → frozen (silence)']);
      const reason = what === 'authentication' ? 'authentication_unavailable' : 'ingest_unhealthy';
      expect(world.incidents()).toEqual([`held: ${reason}`, `resumed: ${reason}`]);
    },
  );

  it('is no incident when it is over before it kept anything back', async () => {
    const world = await online('good-1');
    world.away.broker = true;
    await during(world, 1, ['good-1']);
    world.away.broker = false;
    await during(world, 10, ['good-1']);
    expect(world.incidents()).toEqual([]);
  });

  it('is not every question that the registry leaves unanswered, but every break of the broker', async () => {
    const world = await online('silent-1');
    const hiccup = async (what: 'broker' | 'authentication') => {
      world.away[what] = true;
      await world.pass(2_000);
      world.away[what] = false;
    };
    for (let passed = 0; passed < 4; passed += 1) {
      await world.pass(minute);
      await hiccup('authentication');
    }
    expect(world.steps()).toEqual(['silent-1 none → warned (silence)']);
    await hiccup('broker');
    await world.pass(9 * minute);
    expect(world.steps()).toEqual(['silent-1 none → warned (silence)']);
    await world.pass(1.5 * minute);
    expect(world.steps()).toHaveLength(2);
  });

  it.each(['broker', 'database', 'authentication'] as const)(
    'is assumed when %s hangs: knowledge that is not fresh is none',
    async (what) => {
      const world = await online('silent-1');
      await world.pass(2 * minute);
      world.hanging.add(what);
      for (let passed = 0; passed < 100; passed += 1) {
        world.clock.advance(1_000);
        world.ingestWatch.look(world.clock.now().getTime());
        await world.silence.execute(world.clock.now().getTime());
      }
      expect(world.owned.clearSince).toBeNull();
      expect(world.steps()).toEqual([]);
    },
  );

  it('is assumed when the process did not run, by the first deadline that is looked at', async () => {
    const world = await online('silent-1');
    world.clock.advance(20 * minute);
    world.ingestWatch.look(world.clock.now().getTime());
    await world.silence.execute(world.clock.now().getTime());
    expect(world.steps()).toEqual([]);
    await world.pass(8 * minute);
    expect(world.steps()).toEqual([]);
    await world.pass(minute);
    expect(world.steps()).toEqual(['silent-1 none → warned (silence)']);
  });

  it.each([
    [[1], 'its partition is'],
    [[0, 2, 3], 'most partitions are'],
  ])('is assumed while reports are behind in %j: %s', async (partitions) => {
    const world = await online('silent-1');
    await behind(world, 20, partitions);
    expect(world.steps()).toEqual([]);
  });

  it('is not what keeps another partition behind, where agents are judged as usual', async () => {
    const world = await online('flooder-1', 'beside-1');
    await world.session(1, 'runner-2');
    await world.agent('silent-2', 'runner-2', 'TESTING', 2);
    await world.ingest.execute([world.incoming({ agent_id: 'silent-2' }, 'runner-2')]);
    await behind(world, 12, [1, 3], ['flooder-1']);
    expect(world.owned.behind).toBe(2);
    expect(world.steps()).toEqual([
      'silent-2 none → warned (silence)',
      'silent-2 warned → suspended (silence)',
      'silent-2 suspended → frozen (silence)',
    ]);
    expect(await during(world, 8, ['flooder-1'])).toEqual([]);
    expect(world.owned.behind).toBe(0);
    expect(await during(world, 1, ['flooder-1'])).toEqual(['beside-1 none → warned (silence)']);
  });

  it('keeps good reports from lifting a sanction only in the partition that is behind', async () => {
    const world = await online('tester-1');
    await during(world, 4);
    expect(world.steps()).toEqual(['tester-1 none → warned (silence)']);
    await behind(world, 5, [1], ['tester-1']);
    expect(world.steps()).toHaveLength(1);
    await behind(world, 1, [2], ['tester-1']);
    await report(world, ['tester-1']);
    expect(world.steps().at(-1)).toBe('tester-1 warned → none (recovery)');
  });

  it('is the flood of somebody without agents here only once its queue was found deep', async () => {
    const world = await online('silent-1');
    const now = world.clock.now().getTime();
    world.ingestWatch.tookFullBatch([undefined, 'runner-9', 'runner-8'], now);
    expect(world.owned.behind).toBe(0);
    world.ingestWatch.tookFullBatch(['runner-9', 'runner-1'], now);
    expect(world.owned.behind).toBe(1);
    await world.pass(1_000);
    expect(world.owned.behind).toBe(0);
    world.ingestWatch.foundDeep(1, world.clock.now().getTime());
    await world.pass(2_900);
    expect(world.owned.behind).toBe(1);
    await world.pass(100);
    expect(world.owned.behind).toBe(0);
  });

  it('is none when reports were behind for a moment only: they have been seen since', async () => {
    const world = await online('silent-1');
    for (let passed = 0; passed < 3; passed += 1) {
      await world.pass(55_000);
      world.ingestWatch.tookFullBatch(['runner-1'], world.clock.now().getTime());
      await world.pass(5_000);
    }
    await world.pass(minute);
    expect(world.steps()).toEqual(['silent-1 none → warned (silence)']);
  });

  it('gives a suspension window to everybody after a start', async () => {
    const world = reportingWorld();
    await world.start();
    await world.session(1);
    await world.agent('tester-1');
    await world.report('tester-1', 1);
    await world.pass(8 * minute);
    expect(world.steps()).toEqual([]);
    await world.pass(0.5 * minute);
    expect(world.steps()).toEqual(['tester-1 none → warned (silence)']);
  });
});
