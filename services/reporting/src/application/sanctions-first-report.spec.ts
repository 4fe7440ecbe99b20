import { enforcementChanged } from '@ymera/contracts';
import { minute, reportingFixture, type ReportingFixture } from '../testing/reporting-fixture';
import { online, during, crowd } from '../testing/passing-time';

describe('an agent that never sends its first report', () => {
  const hello = (fixture: ReportingFixture, ...agentIds: string[]) =>
    fixture.session(2, 'runner-1', 60, agentIds);

  it('escalates from its hello on as others do from their last report, and becomes late and offline before', async () => {
    const fixture = await online('good-1');
    for (const agent of ['mute-1', 'asleep-1']) await fixture.agent(agent);
    await fixture.agent('platform-1', 'runner-1', 'PROJECT');
    await fixture.pass(30_000);
    await hello(fixture, 'mute-1', 'platform-1');
    expect(await during(fixture, 2, ['good-1'])).toEqual([]);
    const changesOf = (agent: string) => fixture.changes().filter((change) => change.startsWith(agent));
    expect(changesOf('mute-1')).toEqual(['mute-1 offline → late']);
    expect(await during(fixture, 1, ['good-1'])).toEqual([]);
    expect(await during(fixture, 1, ['good-1'])).toEqual(['mute-1 none → warned (silence)']);
    expect(changesOf('mute-1')).toEqual(['mute-1 offline → late', 'mute-1 late → offline']);
    expect(await during(fixture, 2, ['good-1'])).toEqual(['mute-1 warned → suspended (silence)']);
    expect(await during(fixture, 5, ['good-1'])).toEqual(['mute-1 suspended → frozen (silence)']);
    expect(await during(fixture, 20, ['good-1'])).toEqual([]);
    expect(changesOf('asleep-1')).toEqual([]);
    const [warning] = fixture.tables.unitOfWork.outbox.payloads(enforcementChanged);
    expect(warning).toMatchObject({ last_report_at: null, missed_windows: 3 });
  });

  it('gets its time from its first hello only, and recovers as soon as it reports', async () => {
    const fixture = await online('good-1');
    await fixture.agent('mute-1');
    await hello(fixture, 'mute-1');
    await during(fixture, 2, ['good-1']);
    await fixture.session(3, 'runner-1', 60, ['mute-1']);
    expect(await during(fixture, 2, ['good-1'])).toEqual(['mute-1 none → warned (silence)']);
    await during(fixture, 1, ['good-1', 'mute-1']);
    expect(fixture.owned.fleet.entry('mute-1')?.state.liveness).toBe('online');
    expect(await during(fixture, 2, ['good-1', 'mute-1'])).toEqual(['mute-1 warned → none (recovery)']);
  });

  it('counts for mass suppression, except right after its hello', async () => {
    const fixture = await online('good-1');
    const fleet = crowd(12);
    for (const agent of fleet) await fixture.agent(agent);
    await hello(fixture, ...fleet);
    await fixture.pass(minute);
    expect(fixture.owned.fleet.groups.of('fleet')).toEqual({ members: 1, silent: 0 });
    expect(await during(fixture, 20, ['good-1'])).toEqual([]);
    expect(fixture.incidents()).toEqual(['held: mass_silence of fleet']);
  });

  it.each(['broker', 'database', 'authentication'] as const)(
    'is not sanctioned while %s is unavailable, nor for a suspension window after it',
    async (what) => {
      const fixture = await online('good-1');
      await fixture.agent('mute-1');
      await hello(fixture, 'mute-1');
      fixture.unavailable[what] = true;
      await fixture.pass(25 * minute);
      fixture.unavailable[what] = false;
      expect(await during(fixture, 8, ['good-1'])).toEqual([]);
      expect(await during(fixture, 1, ['good-1'])).toEqual(['mute-1 none → warned (silence)']);
    },
  );

  it('is not forgotten by a restart, whose grace period it gets like every agent', async () => {
    const fixture = await online('good-1');
    await fixture.agent('mute-1');
    await hello(fixture, 'mute-1');
    const heir = reportingFixture(fixture);
    fixture.clock.advance(10_000);
    await heir.start();
    expect(await during(heir, 8, ['good-1'])).toEqual([]);
    expect(await during(heir, 1, ['good-1'])).toEqual(['mute-1 none → warned (silence)']);
  });

  it('is sanctioned by the instance that holds it, when another one handled its registration and its hello', async () => {
    const fixture = await online('good-1');
    const other = reportingFixture(fixture);
    await other.agent('mute-1');
    await hello(other, 'mute-1');
    await fixture.partitions.execute();
    expect(await during(fixture, 4, ['good-1'])).toEqual(['mute-1 none → warned (silence)']);
  });

  it('is sanctioned also when its hello arrived before its registration', async () => {
    const fixture = await online('good-1');
    await hello(fixture, 'mute-1');
    await fixture.agent('mute-1');
    await fixture.partitions.execute();
    expect(await during(fixture, 4, ['good-1'])).toEqual(['mute-1 none → warned (silence)']);
  });
});
