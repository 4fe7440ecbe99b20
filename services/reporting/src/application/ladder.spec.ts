import { enforcementChanged } from '@ymera/contracts';
import { minute, reportingWorld, type ReportingWorld } from '../testing/reporting-world';

/** What the first instance does not hold against anybody is over, and agents report since. */
async function online(...agents: string[]): Promise<ReportingWorld> {
  const world = reportingWorld();
  await world.start();
  await world.session(1);
  for (const agent of agents) await world.agent(agent);
  await keepReporting(world, agents, 6);
  return world;
}

let seq = 0;

async function report(world: ReportingWorld, agents: readonly string[]): Promise<void> {
  seq += 1;
  for (const agent of agents) await world.report(agent, seq);
}

async function keepReporting(
  world: ReportingWorld,
  agents: readonly string[],
  minutes: number,
): Promise<void> {
  await report(world, agents);
  for (let passed = 0; passed < minutes; passed += 1) {
    await world.pass(minute);
    await report(world, agents);
  }
}

/** Lets `minutes` pass in which `agents` report, and says who moved on the ladder. */
async function during(
  world: ReportingWorld,
  minutes: number,
  agents: readonly string[] = [],
): Promise<string[]> {
  const before = world.steps().length;
  await keepReporting(world, agents, minutes);
  return world.steps().slice(before);
}

/** Lets `minutes` pass with these partitions behind, in which `agents` report. */
async function behind(
  world: ReportingWorld,
  minutes: number,
  partitions: readonly number[],
  agents: readonly string[] = [],
): Promise<void> {
  for (let passed = 0; passed < minutes * 30; passed += 1) {
    if (passed % 30 === 0) await report(world, agents);
    for (const partition of partitions) world.ingestWatch.foundDeep(partition, world.clock.now().getTime());
    await world.pass(2_000);
  }
}

const crowd = (count: number): string[] => Array.from({ length: count }, (_, index) => `crowd-${index}`);

describe('the ladder', () => {
  it('is climbed by an agent that stops reporting at 3, 5 and 10 missed windows, and by no other', async () => {
    const world = await online('silent-1', 'good-1');
    expect(await during(world, 3, ['good-1'])).toEqual([]);
    expect(await during(world, 1, ['good-1'])).toEqual(['silent-1 none → warned (silence)']);
    expect(await during(world, 1, ['good-1'])).toEqual([]);
    expect(await during(world, 1, ['good-1'])).toEqual(['silent-1 warned → suspended (silence)']);
    expect(await during(world, 4, ['good-1'])).toEqual([]);
    expect(await during(world, 1, ['good-1'])).toEqual(['silent-1 suspended → frozen (silence)']);
    expect(await during(world, 60, ['good-1'])).toEqual([]);
    const facts = world.tables.unitOfWork.outbox.payloads(enforcementChanged);
    expect(facts.map(({ missed_windows }) => missed_windows)).toEqual([3, 5, 10]);
    expect(facts[1]).toMatchObject({
      principal_id: 'runner-1',
      agent_type: 'TESTING',
      cause: 'silence',
      last_report_at: '2026-01-01T00:06:00.000Z',
      reason: 'No report for 5 windows of 60 s.',
    });
    expect(world.metrics.steps).toEqual(['none → warned', 'warned → suspended', 'suspended → frozen']);
    expect(Math.max(...world.metrics.lagsMs)).toBeLessThanOrEqual(1_000);
    expect(world.owned.fleet.counts().byEnforcement).toMatchObject({ none: 1, frozen: 1 });
    expect(world.tables.unitOfWork.state.agents.get('silent-1')?.enforcement).toBe('frozen');
  });

  it('raises the version of the agent with each fact about it, silence and sanctions alike', async () => {
    const world = await online('silent-1');
    await during(world, 12);
    const versions = world.tables.unitOfWork.outbox.messages.flatMap(({ aggregateId, aggregateVersion }) =>
      aggregateId === 'silent-1' ? [aggregateVersion] : [],
    );
    expect(versions).toEqual(versions.map((_, index) => index + 1));
    expect(versions).toHaveLength(6);
  });

  it.each([
    [4, 'warned'],
    [6, 'suspended'],
  ])('is left by three good reports after %d minutes of silence', async (minutes, level) => {
    const world = await online('tester-1');
    await during(world, minutes);
    expect(world.owned.fleet.entry('tester-1')?.state.enforcement).toBe(level);
    expect(await during(world, 1, ['tester-1'])).toEqual([]);
    expect(await during(world, 1, ['tester-1'])).toEqual([`tester-1 ${level} → none (recovery)`]);
    expect(await during(world, 10, ['tester-1'])).toEqual([]);
    expect(world.tables.unitOfWork.state.agents.get('tester-1')?.enforcement).toBe('none');
  });

  it('is not left while the fault may be ours; the next report after that leaves it', async () => {
    const world = await online('tester-1');
    await during(world, 4);
    world.away.authentication = true;
    expect(await during(world, 5, ['tester-1'])).toEqual([]);
    world.away.authentication = false;
    expect(await during(world, 1, ['tester-1'])).toEqual(['tester-1 warned → none (recovery)']);
  });

  it('takes no report of a frozen agent, until an administrator lifts its freeze', async () => {
    const world = await online('tester-1');
    await during(world, 11);
    expect(await world.report('tester-1', (seq += 1))).toBe('frozen');
    expect(await during(world, 5, ['tester-1'])).toEqual([]);
    expect(await world.lift('tester-1')).toBe('followed');
    expect(world.steps().at(-1)).toBe('tester-1 frozen → none (lifted)');
    expect(await world.report('tester-1', (seq += 1))).toBe('accepted');
  });

  it('is left by a lift that was committed without an answer, also in memory', async () => {
    const world = await online('tester-1');
    await during(world, 11);
    world.tables.unanswered = 1;
    const fact = world.liftOf('tester-1');
    await expect(world.standing.execute(fact)).rejects.toThrow('database_unavailable');
    expect(await world.standing.execute(fact)).toBe('followed');
    expect(await world.report('tester-1', (seq += 1))).toBe('accepted');
    expect(world.steps().filter((step) => step.includes('lifted'))).toHaveLength(1);
  });

  it('begins anew after a lift: a suspension window of grace, then 3, 5 and 10 windows', async () => {
    const world = await online('tester-1');
    await during(world, 11);
    await world.lift('tester-1');
    await world.pass(8 * minute);
    expect(world.steps().at(-1)).toBe('tester-1 frozen → none (lifted)');
    await world.pass(0.5 * minute);
    expect(world.steps().at(-1)).toBe('tester-1 none → warned (silence)');
    await world.pass(2 * minute);
    expect(world.steps().at(-1)).toBe('tester-1 warned → suspended (silence)');
  });

  it('hears of a lift once, and of another instance’s agent not at all', async () => {
    const world = await online('tester-1');
    await during(world, 11);
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
    const other = reportingWorld(world);
    expect(await other.standing.execute(fact)).toBe('elsewhere');
    expect(await world.standing.execute({ ...fact, payload: { ...payload, cause: 'silence' } })).toBe(
      'followed',
    );
    expect(world.steps().filter((step) => step.includes('lifted'))).toEqual([]);
    for (let times = 0; times < 3; times += 1) await world.standing.execute(fact);
    expect(world.steps().filter((step) => step.includes('lifted'))).toHaveLength(1);
    await during(world, 20);
    await world.standing.execute(fact);
    expect(world.steps().at(-1)).toBe('tester-1 suspended → frozen (silence)');
    expect(await world.standing.execute({ id: fact.id, payload: { ...payload, agent_id: 'nobody-1' } })).toBe(
      'followed',
    );
  });

  it('loses no step when it cannot be written', async () => {
    const world = await online('silent-1');
    await world.pass(3 * minute);
    world.tables.isAway = true;
    const tryInVain = async () => {
      world.clock.advance(1_000);
      await world.observe();
      await world.silence.execute(world.clock.now().getTime());
    };
    for (let passed = 0; passed < 6; passed += 1) await tryInVain();
    await expect(tryInVain()).rejects.toThrow('away');
    expect(world.owned.fleet.entry('silent-1')?.state.enforcement).toBe('none');
    world.tables.isAway = false;
    await world.pass(2_000);
    expect(world.steps()).toEqual(['silent-1 none → warned (silence)']);
    expect(world.owned.deadlines).toBe(1);
  });

  it('is nothing that an instance may write on when another one holds the agent', async () => {
    const world = await online('silent-1');
    await world.pass(3 * minute);
    const heir = reportingWorld(world);
    world.clock.advance(10_000);
    await heir.start();
    await expect(world.silence.execute(world.clock.now().getTime())).rejects.toThrow('partition_not_owned');
    expect(world.steps()).toEqual([]);
  });

  it('is where another instance finds the agent, which gives everybody a suspension window first', async () => {
    const world = await online('silent-1', 'good-1');
    await during(world, 6, ['good-1']);
    const heir = reportingWorld(world);
    world.clock.advance(10_000);
    await heir.start();
    expect(await during(heir, 15, ['good-1'])).toEqual([]);
    expect(await during(heir, 1, ['good-1'])).toEqual(['silent-1 suspended → frozen (silence)']);
  });
});

describe('an agent that never sends its first report', () => {
  const hello = (world: ReportingWorld, ...agentIds: string[]) => world.session(2, 'runner-1', 60, agentIds);

  it('climbs from its hello on as others do from their last report, and is told to be late and offline before', async () => {
    const world = await online('good-1');
    for (const agent of ['mute-1', 'asleep-1']) await world.agent(agent);
    await world.agent('platform-1', 'runner-1', 'PROJECT');
    await world.pass(30_000);
    await hello(world, 'mute-1', 'platform-1');
    expect(await during(world, 2, ['good-1'])).toEqual([]);
    const changesOf = (agent: string) => world.changes().filter((change) => change.startsWith(agent));
    expect(changesOf('mute-1')).toEqual(['mute-1 offline → late']);
    expect(await during(world, 1, ['good-1'])).toEqual([]);
    expect(await during(world, 1, ['good-1'])).toEqual(['mute-1 none → warned (silence)']);
    expect(changesOf('mute-1')).toEqual(['mute-1 offline → late', 'mute-1 late → offline']);
    expect(await during(world, 2, ['good-1'])).toEqual(['mute-1 warned → suspended (silence)']);
    expect(await during(world, 5, ['good-1'])).toEqual(['mute-1 suspended → frozen (silence)']);
    expect(await during(world, 20, ['good-1'])).toEqual([]);
    expect(changesOf('asleep-1')).toEqual([]);
    const [warning] = world.tables.unitOfWork.outbox.payloads(enforcementChanged);
    expect(warning).toMatchObject({ last_report_at: null, missed_windows: 3 });
  });

  it('gets its time from its first hello only, and is well as soon as it reports', async () => {
    const world = await online('good-1');
    await world.agent('mute-1');
    await hello(world, 'mute-1');
    await during(world, 2, ['good-1']);
    await world.session(3, 'runner-1', 60, ['mute-1']);
    expect(await during(world, 2, ['good-1'])).toEqual(['mute-1 none → warned (silence)']);
    await during(world, 1, ['good-1', 'mute-1']);
    expect(world.owned.fleet.entry('mute-1')?.state.liveness).toBe('online');
    expect(await during(world, 2, ['good-1', 'mute-1'])).toEqual(['mute-1 warned → none (recovery)']);
  });

  it('is held for mass silence with others like it; a fleet that has just said hello is none', async () => {
    const world = await online('good-1');
    const fleet = crowd(12);
    for (const agent of fleet) await world.agent(agent);
    await hello(world, ...fleet);
    await world.pass(minute);
    expect(world.owned.fleet.groups.of('fleet')).toEqual({ members: 1, silent: 0 });
    expect(await during(world, 20, ['good-1'])).toEqual([]);
    expect(world.incidents()).toEqual(['held: mass_silence of fleet']);
  });

  it.each(['broker', 'database', 'authentication'] as const)(
    'is not sanctioned while %s is away, nor for a suspension window after it',
    async (what) => {
      const world = await online('good-1');
      await world.agent('mute-1');
      await hello(world, 'mute-1');
      world.away[what] = true;
      await world.pass(25 * minute);
      world.away[what] = false;
      expect(await during(world, 8, ['good-1'])).toEqual([]);
      expect(await during(world, 1, ['good-1'])).toEqual(['mute-1 none → warned (silence)']);
    },
  );

  it('is not forgotten by a restart, whose grace it gets like everybody', async () => {
    const world = await online('good-1');
    await world.agent('mute-1');
    await hello(world, 'mute-1');
    const heir = reportingWorld(world);
    world.clock.advance(10_000);
    await heir.start();
    expect(await during(heir, 8, ['good-1'])).toEqual([]);
    expect(await during(heir, 1, ['good-1'])).toEqual(['mute-1 none → warned (silence)']);
  });

  it('is watched by the instance that holds it, when another one heard of it and of its hello', async () => {
    const world = await online('good-1');
    const other = reportingWorld(world);
    await other.agent('mute-1');
    await hello(other, 'mute-1');
    await world.partitions.execute();
    expect(await during(world, 4, ['good-1'])).toEqual(['mute-1 none → warned (silence)']);
  });

  it('is watched also when its hello was heard of before it was', async () => {
    const world = await online('good-1');
    await hello(world, 'mute-1');
    await world.agent('mute-1');
    await world.partitions.execute();
    expect(await during(world, 4, ['good-1'])).toEqual(['mute-1 none → warned (silence)']);
  });
});

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

describe('silence of many at once', () => {
  it('is held against nobody of them, as one incident, and released when they report again', async () => {
    const agents = crowd(20);
    const world = await online(...agents);
    const [dead = '', ...others] = agents;
    expect(await during(world, 20)).toEqual([]);
    expect(world.incidents()).toEqual(['held: mass_silence of fleet']);
    expect(await during(world, 7, others)).toEqual([]);
    expect(world.incidents()).toEqual(['held: mass_silence of fleet', 'resumed: mass_silence']);
    expect(await during(world, 12, others)).toEqual([
      `${dead} none → warned (silence)`,
      `${dead} warned → suspended (silence)`,
      `${dead} suspended → frozen (silence)`,
    ]);
    expect(world.incidents()).toHaveLength(2);
  }, 30_000);

  it('is seen before the first of them is sanctioned, also when all of it is looked at late', async () => {
    const [early = '', ...others] = crowd(20);
    const world = await online(early, ...others);
    await world.pass(0.9 * minute);
    await report(world, others);
    await world.pass(0.85 * minute);
    expect(world.owned.fleet.entry(early)?.state.liveness).toBe('late');
    for (let passed = 0; passed < 100; passed += 1) {
      world.clock.advance(1_000);
      await world.observe();
    }
    await world.silence.execute(world.clock.now().getTime());
    expect(world.steps()).toEqual([]);
    expect(world.owned.fleet.counts().byLiveness).toMatchObject({ online: 0 });
  });

  it('of a type is not held against the type, but a single silent agent of another type climbs', async () => {
    const testers = crowd(10);
    const world = await online(...testers);
    const coders = Array.from({ length: 12 }, (_, index) => `coder-${index}`);
    for (const coder of coders) await world.agent(coder, 'runner-2', 'CODING');
    await world.session(1, 'runner-2');
    const reportCoders = async (who: readonly string[]) => {
      seq += 1;
      await world.ingest.execute(who.map((agent_id) => world.incoming({ agent_id, seq }, 'runner-2')));
    };
    await reportCoders(coders);
    for (let passed = 0; passed < 6; passed += 1) {
      await world.pass(minute);
      await reportCoders(coders.slice(1));
    }
    expect(world.incidents()).toEqual(['held: mass_silence of type:TESTING']);
    expect(world.steps()).toEqual([
      'coder-0 none → warned (silence)',
      'coder-0 warned → suspended (silence)',
    ]);
  }, 30_000);

  it.each([1, 4, 9])('of a fleet of %d is no mass: all of them climb', async (count) => {
    const agents = crowd(count);
    const world = await online(...agents);
    await during(world, 12);
    expect(world.owned.fleet.counts().byEnforcement).toMatchObject({ frozen: count });
    expect(world.incidents()).toEqual([]);
  });

  it('is held for an hour at most; then it is taken for their own, and they climb', async () => {
    const agents = crowd(10);
    const world = await online(...agents);
    expect(await during(world, 62)).toEqual([]);
    expect(await during(world, 7)).toEqual([]);
    expect(await during(world, 8)).toHaveLength(30);
    expect(world.incidents()).toEqual(['held: mass_silence of fleet', 'resumed: mass_silence']);
  }, 60_000);

  it('is told of once, also when an instance dies meanwhile: its heir ends the incident', async () => {
    const agents = crowd(10);
    const world = await online(...agents);
    await during(world, 10);
    world.clock.advance(10_000);
    const heir = reportingWorld(world);
    await heir.start();
    await keepReporting(heir, agents, 2);
    expect(heir.incidents()).toEqual(['held: mass_silence of fleet', 'resumed: mass_silence']);
  });

  it('of another instance’s agents is over when somebody carries on with them', async () => {
    const world = reportingWorld();
    const hold = {
      id: '01936d00-0000-7000-8000-000000000009',
      reason: 'mass_silence' as const,
      since: world.clock.now().getTime(),
    };
    await world.tables.run(async (tx) => {
      await tx.partitions.claim('dead', [1], 20 * minute);
      await tx.holds.open('dead', hold);
    });
    await world.start();
    await world.pass(20.1 * minute);
    expect(world.incidents()).toEqual([]);
    await world.partitions.execute();
    await world.pass(minute);
    expect(world.incidents()).toEqual(['resumed: mass_silence']);
  });
});
