import { issueReported, violationDetected } from '@ymera/contracts';
import { reportingFixture } from '../testing/reporting-fixture';

const issue = {
  agent_id: 'tester-1',
  session: 1,
  code: 'disk_full',
  severity: 'high' as const,
  message: 'Full.',
};

const ready = async () => {
  const fixture = reportingFixture();
  await fixture.start();
  await fixture.agent('tester-1');
  await fixture.session(1);
  return fixture;
};

describe('RaiseIssue', () => {
  it('publishes an issue at once, with the validated principal', async () => {
    const fixture = await ready();
    expect(await fixture.issues.execute({ principalId: 'runner-1', issue, attempts: 1 })).toEqual({
      kind: 'raised',
    });
    expect(fixture.tables.unitOfWork.outbox.payloads(issueReported)).toEqual([
      {
        agent_id: 'tester-1',
        principal_id: 'runner-1',
        code: 'disk_full',
        severity: 'high',
        message: 'Full.',
        received_at: '2026-01-01T00:00:00.000Z',
      },
    ]);
  });

  it('refuses an issue from a principal that does not own the agent', async () => {
    const fixture = await ready();
    for (const principalId of ['runner-2', undefined])
      expect(await fixture.issues.execute({ principalId, issue, attempts: 1 })).toEqual({
        kind: 'violation',
      });
    expect(fixture.tables.unitOfWork.outbox.payloads(issueReported)).toEqual([]);
    expect(fixture.tables.unitOfWork.outbox.payloads(violationDetected).map(({ code }) => code)).toEqual([
      'not_owner',
      'identity_missing',
    ]);
  });

  it('accepts an issue whose sender opened a newer session before it was handled', async () => {
    const fixture = await ready();
    await fixture.session(2);
    expect(await fixture.report('tester-1', 1, 2)).toBe('accepted');
    expect(await fixture.issues.execute({ principalId: 'runner-1', issue, attempts: 1 })).toEqual({
      kind: 'raised',
    });
    expect(fixture.tables.unitOfWork.outbox.payloads(violationDetected)).toEqual([]);
  });

  it('waits for a session that is not known yet', async () => {
    const fixture = await ready();
    const ahead = { ...issue, session: 2 };
    expect(
      await fixture.issues.execute({ principalId: 'runner-1', issue: ahead, attempts: 1 }),
    ).toMatchObject({
      kind: 'later',
      code: 'session_unknown',
    });
    expect(await fixture.issues.execute({ principalId: 'runner-1', issue: ahead, attempts: 6 })).toEqual({
      kind: 'violation',
    });
  });

  it('publishes at most twenty issues a minute', async () => {
    const fixture = await ready();
    const kinds: string[] = [];
    for (let index = 0; index < 25; index += 1)
      kinds.push((await fixture.issues.execute({ principalId: 'runner-1', issue, attempts: 1 })).kind);
    expect(kinds.filter((kind) => kind === 'raised')).toHaveLength(20);
    expect(kinds.at(-1)).toBe('suppressed');
  });
});
