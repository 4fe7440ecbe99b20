import { issueReported, livenessChanged, violationDetected } from '@ymera/contracts';
import { minute, reportingFixture, type ReportingFixture } from '../testing/reporting-fixture';

const started = async (): Promise<ReportingFixture> => {
  const fixture = reportingFixture();
  await fixture.start();
  await fixture.agent('tester-1');
  await fixture.session(1);
  return fixture;
};

const task = (id: number) => ({
  task_id: `01936d00-0000-7000-8000-00000000000${id}`,
  attempt: 1,
  progress: 0.5,
  step: 'running',
  counter: 1,
});

describe('IngestReports', () => {
  it('makes an agent online with its first report, and publishes that once', async () => {
    const fixture = await started();
    expect(await fixture.report('tester-1', 1)).toBe('accepted');
    expect(await fixture.report('tester-1', 2)).toBe('accepted');
    expect(fixture.tables.unitOfWork.outbox.payloads(livenessChanged)).toEqual([
      {
        agent_id: 'tester-1',
        agent_type: 'TESTING',
        principal_id: 'runner-1',
        from: 'offline',
        to: 'online',
        last_report_at: '2026-01-01T00:00:00.000Z',
        missed: 0,
      },
    ]);
  });

  it('writes the newest report of each agent and stores all as history, in one group', async () => {
    const fixture = await started();
    await fixture.agent('tester-2');
    const outcomes = await fixture.ingest.execute([
      fixture.incoming({ seq: 1 }),
      fixture.incoming({ seq: 3, metrics: { cpu_percent: 9, memory_mb: 3 }, tasks: [task(1)] }),
      fixture.incoming({ seq: 2 }),
      fixture.incoming({ agent_id: 'tester-2', seq: 1 }),
    ]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'accepted', 'duplicate', 'accepted']);
    const { agents, history } = fixture.tables.unitOfWork.state;
    expect(agents.get('tester-1')).toMatchObject({ seq: 3, work: 'working', liveness: 'online' });
    expect(history.map(({ report }) => `${report.agent_id} ${report.seq}`)).toEqual([
      'tester-1 1',
      'tester-1 3',
      'tester-2 1',
    ]);
    expect(fixture.metrics.outcomes).toEqual({ accepted: 3, duplicate: 1 });
  });

  it('drops reports that were delivered before, also after a restart', async () => {
    const fixture = await started();
    await fixture.report('tester-1', 1);
    expect(await fixture.report('tester-1', 1)).toBe('duplicate');
    fixture.clock.advance(6_000);
    const restarted = reportingFixture(fixture);
    await restarted.start();
    expect(await restarted.report('tester-1', 1)).toBe('duplicate');
    expect(await restarted.report('tester-1', 2)).toBe('accepted');
  });

  it('refuses another principal’s agent, an unknown identity and a superseded session, and publishes each', async () => {
    const fixture = await started();
    await fixture.session(2);
    await fixture.agent('other-1', 'runner-2');
    await fixture.report('tester-1', 1, 2);
    const outcomes = await fixture.ingest.execute([
      fixture.incoming({ agent_id: 'other-1' }),
      fixture.incoming({ session: 1, seq: 50 }),
      { ...fixture.incoming({}), principalId: undefined },
    ]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(Array(3).fill('violation'));
    expect(fixture.tables.unitOfWork.outbox.payloads(violationDetected)).toMatchObject([
      { principal_id: 'runner-1', agent_id: 'other-1', code: 'not_owner' },
      { principal_id: 'runner-1', agent_id: 'tester-1', code: 'session_superseded' },
      { principal_id: 'unknown', agent_id: 'tester-1', code: 'identity_missing' },
    ]);
    expect(fixture.tables.unitOfWork.state.agents.get('other-1')?.liveness).toBe('offline');
  });

  it('publishes one event a minute of a flood of violations, and counts the rest', async () => {
    const fixture = await started();
    await fixture.agent('other-1', 'runner-2');
    const flood = () =>
      fixture.ingest.execute(Array.from({ length: 500 }, () => fixture.incoming({ agent_id: 'other-1' })));
    await flood();
    await flood();
    fixture.clock.advance(minute);
    await flood();
    expect(fixture.tables.unitOfWork.outbox.payloads(violationDetected)).toHaveLength(2);
    expect(fixture.metrics.violations).toHaveLength(1_500);
    expect(fixture.metrics.suppressions.violation).toBe(1_498);
  });

  it('publishes issues and security events of a report, within the budget of the agent', async () => {
    const fixture = await started();
    const issue = { code: 'disk_full', severity: 'high' as const, message: 'No space left.' };
    await fixture.ingest.execute([
      fixture.incoming({ seq: 1, issues: [issue], security_events: [{ ...issue, code: 'intruder' }] }),
      fixture.incoming({ seq: 2, issues: Array(100).fill(issue) }),
    ]);
    const raised = fixture.tables.unitOfWork.outbox.payloads(issueReported);
    expect(raised.slice(0, 2)).toMatchObject([
      { agent_id: 'tester-1', principal_id: 'runner-1', code: 'disk_full' },
      { agent_id: 'tester-1', code: 'intruder' },
    ]);
    expect(raised).toHaveLength(20);
    expect(fixture.metrics.suppressions.issue).toBe(82);
  });

  it('waits for an agent or a session that is not known yet, but not forever', async () => {
    const fixture = await started();
    const kinds = async (attempts: number) =>
      (
        await fixture.ingest.execute([
          fixture.incoming({ agent_id: 'new-1' }, 'runner-1', attempts),
          fixture.incoming({ session: 9 }, 'runner-1', attempts),
        ])
      ).map((outcome) =>
        'code' in outcome ? `${outcome.kind} ${outcome.code} ${outcome.afterMs}` : outcome.kind,
      );
    expect(await kinds(1)).toEqual(['later agent_unknown 200', 'later session_unknown 200']);
    expect(await kinds(5)).toEqual(['later agent_unknown 3200', 'later session_unknown 3200']);
    expect(await kinds(6)).toEqual(['violation', 'violation']);
    await fixture.agent('new-1');
    await fixture.session(9);
    expect(await kinds(1)).toEqual(['accepted', 'accepted']);
  });

  it('reads from the table what another instance has recorded', async () => {
    const fixture = await started();
    const other = reportingFixture(fixture);
    await other.agent('new-1');
    await other.session(4);
    expect(await fixture.report('new-1', 1, 4)).toBe('accepted');
  });

  it('accepts a retired agent’s last report without a signal', async () => {
    const fixture = await started();
    await fixture.report('tester-1', 1);
    const payload = { agent_id: 'tester-1', principal_id: 'runner-1', reason: 'Replaced.' };
    const fact = { kind: 'retired' as const, id: '01936d00-0000-7000-8000-000000000001', payload };
    await fixture.directory.execute([fact, fact]);
    expect(await fixture.report('tester-1', 2)).toBe('retired');
    expect(fixture.metrics.violations).toEqual([]);
    expect(fixture.changes()).toEqual(['tester-1 offline → online', 'tester-1 online → offline']);
    expect(fixture.owned.fleet.counts().agents).toBe(0);
  });

  it('isolates a text that the database cannot store from the others of its group', async () => {
    const fixture = await started();
    await fixture.agent('tester-2');
    const outcomes = await fixture.ingest.execute([
      fixture.incoming({ tasks: [{ ...task(1), step: 'a\0b' }] }),
      fixture.incoming({ agent_id: 'tester-2' }),
    ]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['violation', 'accepted']);
  });

  it('changes nothing in memory when the transaction fails, and publishes its events at the retry', async () => {
    const fixture = await started();
    const issue = { code: 'disk_full', severity: 'high' as const, message: 'No space left.' };
    const attempt = () => fixture.ingest.execute([fixture.incoming({ issues: Array(20).fill(issue) })]);
    fixture.tables.isUnavailable = true;
    await expect(attempt()).rejects.toThrow('unavailable');
    expect(fixture.owned.fleet.entry('tester-1')?.state.liveness).toBe('offline');
    fixture.tables.isUnavailable = false;
    expect(await attempt()).toEqual([{ kind: 'accepted' }]);
    expect(fixture.tables.unitOfWork.outbox.payloads(issueReported)).toHaveLength(20);
  });

  it('records and publishes a report once that was committed without an answer', async () => {
    const fixture = await started();
    fixture.tables.unanswered = 1;
    await expect(fixture.report('tester-1', 1)).rejects.toThrow('database_unavailable');
    expect(await fixture.report('tester-1', 1)).toBe('duplicate');
    expect(await fixture.report('tester-1', 2)).toBe('accepted');
    expect(fixture.tables.unitOfWork.state.history).toHaveLength(2);
    expect(fixture.changes()).toEqual(['tester-1 offline → online']);
  });

  it('writes nothing once another instance holds the partition', async () => {
    const fixture = await started();
    fixture.clock.advance(6_000);
    const other = reportingFixture(fixture);
    await other.start();
    await expect(fixture.report('tester-1', 1)).rejects.toThrow('partition_not_owned');
    expect(fixture.tables.unitOfWork.state.agents.get('tester-1')?.liveness).toBe('offline');
    expect(await other.report('tester-1', 1)).toBe('accepted');
  });

  it('combines concurrent batches of several queues into one transaction', async () => {
    const fixture = await started();
    const batches = Array.from({ length: 10 }, (_, index) =>
      fixture.ingest.execute([fixture.incoming({ seq: index + 1 })]),
    );
    const outcomes = (await Promise.all(batches)).flat();
    expect(outcomes.map(({ kind }) => kind)).toEqual(Array(10).fill('accepted'));
  });
});
