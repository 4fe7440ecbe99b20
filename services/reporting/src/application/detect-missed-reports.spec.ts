import { reported } from '../domain/agent-state';
import { minute, reportingFixture, reportOf, type ReportingFixture } from '../testing/reporting-fixture';

const online = async (fixture: ReportingFixture = reportingFixture()): Promise<ReportingFixture> => {
  await fixture.start();
  await fixture.agent('tester-1');
  await fixture.session(1);
  await fixture.report('tester-1', 1);
  return fixture;
};

const fell = (fixture: ReportingFixture) => fixture.changes().slice(1);

const versionsOf = (fixture: ReportingFixture) =>
  fixture.tables.unitOfWork.outbox.messages.map(({ aggregateVersion }) => aggregateVersion);

describe('DetectMissedReports', () => {
  it('makes an agent late after 1.5 windows, offline after 3, and online again with a report', async () => {
    const fixture = await online();
    await fixture.pass(1.5 * minute);
    expect(fell(fixture)).toEqual([]);
    await fixture.pass(0.2 * minute);
    expect(fell(fixture)).toEqual(['tester-1 online → late']);
    await fixture.pass(1.3 * minute);
    expect(fell(fixture)).toEqual(['tester-1 online → late']);
    await fixture.pass(0.2 * minute);
    expect(fell(fixture)).toEqual(['tester-1 online → late', 'tester-1 late → offline']);
    await fixture.report('tester-1', 2);
    expect(fixture.changes().at(-1)).toBe('tester-1 offline → online');
    await fixture.pass(1.7 * minute);
    expect(fixture.changes().at(-1)).toBe('tester-1 online → late');
  });

  it('changes nothing while reports come, and checks no agent more than once per window', async () => {
    const fixture = await online();
    for (let seq = 2; seq < 30; seq += 1) {
      await fixture.pass(minute);
      await fixture.report('tester-1', seq);
    }
    expect(fell(fixture)).toEqual([]);
    expect(fixture.owned.deadlines).toBe(1);
  });

  it('counts in the windows of the principal', async () => {
    const fixture = reportingFixture();
    await fixture.start();
    await fixture.agent('tester-1');
    await fixture.session(1, 'runner-1', 1);
    await fixture.report('tester-1', 1);
    await fixture.pass(4_000);
    expect(fixture.changes().at(-1)).toBe('tester-1 late → offline');
  });

  it.each<[string, (fixture: ReportingFixture) => void, (fixture: ReportingFixture) => void]>([
    [
      'the broker',
      (fixture) => {
        fixture.unavailable.broker = true;
      },
      (fixture) => {
        fixture.unavailable.broker = false;
      },
    ],
    [
      'the database',
      (fixture) => {
        fixture.ingestWatch.failed(fixture.clock.now().getTime());
      },
      () => undefined,
    ],
  ])('does not count missed reports while %s is unavailable', async (_what, makeUnavailable, giveBack) => {
    const fixture = await online();
    for (let passed = 0; passed < 15; passed += 0.25) {
      makeUnavailable(fixture);
      await fixture.pass(0.25 * minute);
    }
    expect(fell(fixture)).toEqual([]);
    giveBack(fixture);
    await fixture.pass(1.5 * minute);
    expect(fell(fixture)).toEqual([]);
    await fixture.pass(1.8 * minute);
    expect(fell(fixture)).toEqual(['tester-1 online → late', 'tester-1 late → offline']);
  });

  it('does not count missed reports while most queues are behind', async () => {
    const fixture = await online();
    for (let passed = 0; passed < 20; passed += 1) {
      for (const partition of [0, 1, 2])
        fixture.ingestWatch.foundDeep(partition, fixture.clock.now().getTime());
      await fixture.pass(900);
    }
    expect(fixture.owned.health.healthySince).toBeNull();
    await fixture.pass(3_000);
    expect(fixture.owned.health.healthySince).not.toBeNull();
  });

  it('counts missed reports again when the partitions that were behind belong to another instance', async () => {
    const fixture = await online();
    for (const partition of [0, 2, 3])
      fixture.ingestWatch.foundDeep(partition, fixture.clock.now().getTime());
    expect(fixture.owned.health.troubles).toEqual(['backlog']);
    fixture.owned.release([0, 2, 3]);
    await fixture.pass(3_000);
    expect(fixture.owned.health.troubles).toEqual([]);
  });

  it.each([3_600_000, -3_600_000, 5_000])('starts anew when the clock is set by %d ms', async (jump) => {
    const fixture = await online();
    await fixture.pass(minute);
    fixture.clock.advance(jump);
    await fixture.pass(1.5 * minute);
    expect(fell(fixture)).toEqual([]);
    await fixture.pass(3.5 * minute);
    expect(fixture.changes().at(-1)).toBe('tester-1 late → offline');
  });

  it('starts anew on an instance that takes over, so that no agent is sanctioned for the failover', async () => {
    const fixture = await online();
    fixture.clock.advance(30 * minute);
    const heir = reportingFixture(fixture);
    await heir.start();
    expect(heir.owned.fleet.entry('tester-1')?.state.liveness).toBe('online');
    await heir.pass(1.5 * minute);
    expect(fell(heir)).toEqual([]);
    await heir.pass(1.8 * minute);
    expect(fell(heir)).toEqual(['tester-1 online → late', 'tester-1 late → offline']);
  });

  it('loses no deadline when the change cannot be written', async () => {
    const fixture = await online();
    await fixture.pass(1.5 * minute);
    fixture.tables.isUnavailable = true;
    for (let passed = 0; passed < 20_000; passed += 250) {
      fixture.clock.advance(250);
      await fixture.observe();
    }
    await expect(fixture.missedReports.execute(fixture.clock.now().getTime())).rejects.toThrow('unavailable');
    fixture.tables.isUnavailable = false;
    await fixture.pass(10_000);
    expect(fell(fixture)).toEqual(['tester-1 online → late']);
    expect(fixture.owned.deadlines).toBe(1);
  });

  it('publishes a change once when the outcome of its commit is unknown, and so its end', async () => {
    const fixture = await online();
    await fixture.pass(3 * minute);
    fixture.tables.unanswered = 1;
    await expect(fixture.pass(10_000)).rejects.toThrow('database_unavailable');
    expect(fell(fixture)).toEqual(['tester-1 online → late', 'tester-1 late → offline']);
    await fixture.report('tester-1', 2);
    expect(fixture.changes().at(-1)).toBe('tester-1 offline → online');
    await fixture.pass(1.7 * minute);
    expect(versionsOf(fixture)).toEqual([1, 2, 3, 4, 5]);
    expect(fixture.tables.unitOfWork.state.agents.get('tester-1')?.version).toBe(5);
  });

  it('decides nothing about agents whose committed state is unknown, until the table can be read', async () => {
    const fixture = await online();
    await fixture.pass(3 * minute);
    fixture.tables.unanswered = 1;
    await expect(fixture.pass(10_000)).rejects.toThrow('database_unavailable');
    fixture.tables.isUnavailable = true;
    await expect(fixture.pass(5_000)).rejects.toThrow('unavailable');
    await expect(fixture.report('tester-1', 2)).rejects.toThrow('unavailable');
    fixture.tables.isUnavailable = false;
    await fixture.pass(30_000);
    expect(fell(fixture)).toHaveLength(2);
    expect(fixture.owned.fleet.entry('tester-1')?.state.liveness).toBe('offline');
    expect(fixture.owned.deadlines).toBe(1);
  });

  it('decides for a thousand agents in the order of their deadlines, each once', async () => {
    const fixture = reportingFixture();
    await fixture.start();
    await fixture.session(1);
    for (let index = 0; index < 1_000; index += 1) await fixture.agent(`agent-${index}`);
    await fixture.ingest.execute(
      Array.from({ length: 1_000 }, (_, index) => fixture.incoming({ agent_id: `agent-${index}`, seq: 1 })),
    );
    await fixture.pass(4 * minute);
    expect(fixture.owned.fleet.counts().byLiveness).toEqual({ online: 0, late: 0, offline: 1_000 });
    expect(fixture.changes()).toHaveLength(3_000);
    expect(fixture.owned.deadlines).toBe(1_000);
  }, 30_000);
});

describe('PartitionLeases', () => {
  it('consumes partitions only after their agents are read; retries those that failed', async () => {
    const fixture = reportingFixture();
    fixture.consumers.isUnavailable = true;
    await fixture.start();
    expect(fixture.owned.partitions).toHaveLength(4);
    expect(fixture.owned.health.troubles).toEqual(['ownership']);
    fixture.consumers.isUnavailable = false;
    await fixture.partitions.execute();
    expect(fixture.consumers.assigned.size).toBe(4);
    expect(fixture.owned.health.troubles).toEqual([]);
  });

  it('retries partitions whose agents could not be read in the next round, and decides nothing until then', async () => {
    const fixture = reportingFixture();
    const { tables } = fixture;
    const read = jest
      .spyOn(tables, 'agentsOf')
      .mockImplementationOnce(() => Promise.reject(new Error('unavailable')));
    await expect(fixture.start()).rejects.toThrow('unavailable');
    expect(fixture.owned.health.troubles).toContain('ownership');
    expect(fixture.consumers.assigned.size).toBe(0);
    await fixture.partitions.execute();
    expect(new Set(read.mock.calls.map(([partition]) => partition))).toEqual(new Set([0, 1, 2, 3]));
    expect(fixture.consumers.assigned.size).toBe(4);
    expect(fixture.owned.health.troubles).not.toContain('ownership');
  });

  it('holds partitions whose claim was committed without an answer', async () => {
    const fixture = reportingFixture();
    const claim = fixture.tables.unitOfWork.run.bind(fixture.tables.unitOfWork);
    jest
      .spyOn(fixture.tables, 'run')
      .mockImplementationOnce(claim)
      .mockImplementationOnce((work) => claim(work).then(() => Promise.reject(new Error('no answer'))));
    await expect(fixture.start()).rejects.toThrow('no answer');
    expect(fixture.owned.partitions).toEqual([]);
    await fixture.start();
    expect(fixture.owned.partitions).toEqual([0, 1, 2, 3]);
    expect(fixture.consumers.assigned.size).toBe(4);
  });

  it('gives agents of partitions taken over from a dead owner their full time again', async () => {
    const fixture = reportingFixture();
    await fixture.tables.run((tx) => tx.partitions.claim('dead', [1], 20 * minute));
    await fixture.start();
    expect(fixture.owned.partitions).toEqual([0, 2, 3]);
    await fixture.agent('tester-1');
    await fixture.session(1);
    await fixture.tables.run(async (tx) => {
      const [known] = await fixture.tables.find(['tester-1']);
      if (!known) throw new Error('not registered');
      const receivedAt = fixture.clock.now().getTime();
      const state = reported(known.state, { session: 1, seq: 1, taskCount: 0 }, receivedAt);
      await tx.agents.saveReports([{ report: reportOf({}), receivedAt, state }]);
    });
    await fixture.pass(21 * minute);
    await fixture.partitions.execute();
    expect(fixture.owned.partitions).toEqual([0, 2, 3, 1]);
    await fixture.pass(1.5 * minute);
    expect(fixture.changes()).toEqual([]);
    await fixture.pass(2 * minute);
    expect(fixture.changes()).toEqual(['tester-1 online → late', 'tester-1 late → offline']);
  });

  it('releases partitions at a stop, so that another instance takes them at once', async () => {
    const fixture = await online();
    await fixture.partitions.stop();
    const heir = reportingFixture(fixture);
    await heir.start();
    expect(heir.owned.partitions).toHaveLength(4);
    expect(fixture.consumers.assigned.size).toBe(0);
  });

  it('forgets partitions that another instance has taken over', async () => {
    const fixture = await online();
    fixture.clock.advance(6_000);
    const heir = reportingFixture(fixture);
    await heir.start();
    await fixture.partitions.execute();
    expect(fixture.owned.partitions).toEqual([]);
    expect(fixture.consumers.assigned.size).toBe(0);
    expect(fixture.owned.fleet.counts().agents).toBe(0);
    expect(fixture.owned.due(fixture.clock.now().getTime() + 10 * minute)).toEqual([]);
  });
});
