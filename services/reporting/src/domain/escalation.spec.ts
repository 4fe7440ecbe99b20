import type { Liveness } from '@ymera/contracts';
import fc from 'fast-check';
import { newAgent, reported, type AgentState, type SanctionLevel } from './agent-state';
import { decide, type Evidence, type MissedReportPolicy } from './decide';
import {
  escalated,
  decideEscalation,
  sanctionPolicy,
  lifted,
  recovered,
  type SanctionPolicy,
  type SanctionableAgent,
} from './escalation';

/** With this policy an agent may be 7 s later than a threshold: a tenth of the window, and one second. */
const policy: SanctionPolicy = { ...sanctionPolicy, jitterMs: 1_000 };
const windowMs = 60_000;
const t0 = Date.parse('2026-01-01T00:00:00Z');
const after = (seconds: number): number => t0 + seconds * 1000;
const longAgo = after(-3_600);

const agent = (enforcement: SanctionLevel, fields: Partial<SanctionableAgent> = {}): SanctionableAgent => ({
  agentType: 'TESTING',
  liveness: 'offline',
  lastReportAt: t0,
  firstSessionAt: null,
  liftedAt: null,
  version: 3,
  windowMs,
  enforcement,
  ...fields,
});

/** It said hello at `t0`, its first report was late, and none has come since. */
const mute = (fields: Partial<SanctionableAgent> = {}): SanctionableAgent =>
  agent('none', { lastReportAt: null, firstSessionAt: t0, ...fields });

describe('decideEscalation', () => {
  it.each<[string, SanctionableAgent, number, number | null, number | null, number | null]>([
    ['a report just came', agent('none', { liveness: 'online' }), 0, longAgo, null, after(187)],
    ['almost three windows passed', agent('none'), 186.999, longAgo, null, after(187)],
    ['three windows passed', agent('none'), 187, longAgo, after(187), after(187)],
    ['it is warned since then', agent('warned'), 187, longAgo, null, after(307)],
    ['almost five windows passed', agent('warned'), 306.999, longAgo, null, after(307)],
    ['five windows passed', agent('warned'), 307, longAgo, after(307), after(307)],
    ['it is suspended since then', agent('suspended'), 307, longAgo, null, after(607)],
    ['ten windows passed', agent('suspended'), 607, longAgo, after(607), after(607)],
    ['it is frozen', agent('frozen'), 100_000, longAgo, null, null],
    ['it never had a session', agent('none', { lastReportAt: null }), 100_000, longAgo, null, null],
    ['its first session was almost three windows ago', mute(), 186.999, longAgo, null, after(187)],
    ['its first session was three windows ago', mute(), 187, longAgo, after(187), after(187)],
    ['its first report is late without an event', mute({ version: 0 }), 190, longAgo, null, after(187)],
    ['our downtime ended after its first session', mute(), 10_186, after(9_700), null, after(10_187)],
    [
      'its first session is before its last report',
      agent('none', { firstSessionAt: longAgo }),
      186,
      longAgo,
      null,
      after(187),
    ],
    ['it is the platform itself', agent('none', { agentType: 'PROJECT' }), 100_000, longAgo, null, null],
    [
      'it is the platform, which never reported',
      mute({ agentType: 'PROJECT' }),
      100_000,
      longAgo,
      null,
      null,
    ],
    ['it was not yet seen to be late', agent('none', { liveness: 'online' }), 190, longAgo, null, after(187)],
    ['sanctions are suppressed', agent('suspended'), 100_000, null, null, after(100_060)],
    ['our downtime ended a suspension window ago', agent('none'), 10_000, after(9_700), null, after(10_187)],
    [
      'our downtime ended a suspension and three windows ago',
      agent('none'),
      10_187,
      after(9_700),
      after(10_187),
      after(10_187),
    ],
    [
      'its freeze was lifted',
      agent('none', { liftedAt: after(9_700) }),
      10_186,
      longAgo,
      null,
      after(10_187),
    ],
    ['the clock was set back since', agent('none'), -3_200, after(-3_600), null, after(-3_113)],
  ])('is right when %s', (_title, watched, seconds, clear, escalationDueAt, nextCheckAt) => {
    const decision = decideEscalation(watched, policy, after(seconds), clear);
    expect([decision.escalationDueAt, decision.nextCheckAt]).toEqual([escalationDueAt, nextCheckAt]);
  });

  it('counts the missed windows from when they count', () => {
    const missed = (level: SanctionLevel, seconds: number, clear = longAgo) =>
      decideEscalation(agent(level), policy, after(seconds), clear).missed;
    expect([missed('none', 187), missed('warned', 307), missed('suspended', 607)]).toEqual([3, 5, 10]);
    expect(missed('none', 10_000, after(9_999))).toBe(0);
  });
});

describe('the recovery from a sanction', () => {
  const registered = newAgent({ agentId: 'a-1', agentType: 'TESTING', principalId: 'r-1', partition: 1 });
  const silent = (enforcement: SanctionLevel): AgentState => ({
    ...registered,
    enforcement,
    lastReportAt: t0,
  });
  const reports = (state: AgentState, count: number): AgentState =>
    Array.from({ length: count }, (_, index) => index + 1).reduce(
      (before, seq) => recovered(reported(before, { session: 1, seq, taskCount: 0 }, t0), policy),
      state,
    );

  it.each<[SanctionLevel, number, SanctionLevel]>([
    ['warned', 2, 'warned'],
    ['warned', 3, 'none'],
    ['suspended', 2, 'suspended'],
    ['suspended', 3, 'none'],
    ['frozen', 1_000, 'frozen'],
    ['none', 3, 'none'],
  ])('turns %s after %d good reports into %s', (level, count, expected) => {
    expect(reports(silent(level), count).enforcement).toBe(expected);
  });

  it('needs consecutive good reports: one that is late counts as the first again', () => {
    const two = reports(silent('warned'), 2);
    const late = { ...two, liveness: 'late' as const };
    expect(reports(late, 2).enforcement).toBe('warned');
    expect(reports(late, 3).enforcement).toBe('none');
  });

  it('starts anew with the next sanction', () => {
    const three = { ...silent('warned'), goodReports: 3 };
    expect(escalated(three, 5)).toMatchObject({
      enforcement: 'suspended',
      missed: 5,
      goodReports: 0,
      version: 1,
    });
  });

  it('restarts the count when an administrator lifts a freeze', () => {
    expect(lifted(silent('frozen'), t0)).toMatchObject({ enforcement: 'none', liftedAt: t0, version: 1 });
    const free = silent('none');
    expect(lifted(free, t0)).toBe(free);
  });
});

describe('the escalation of a silent agent over time', () => {
  const missedReportPolicy: MissedReportPolicy = {
    liveness: { lateAfterWindows: 1.5, offlineAfterWindows: 3, jitterShare: 0.1, jitterMs: 1_000 },
    enforcement: policy,
  };
  const levels: SanctionLevel[] = ['none', 'warned', 'suspended', 'frozen'];
  const anySituation = fc
    .record({
      enforcement: fc.constantFrom(...levels),
      liveness: fc.constantFrom<Liveness>('online', 'late', 'offline'),
      windowMs: fc.integer({ min: 100, max: 600_000 }),
      missingMs: fc.nat(20_000_000),
      healthyMs: fc.nat(20_000_000),
      liftedMs: fc.option(fc.nat(20_000_000)),
      hasReported: fc.boolean(),
    })
    .map(({ missingMs, healthyMs, liftedMs, hasReported, ...fields }) => ({
      watched: agent(fields.enforcement, {
        ...fields,
        lastReportAt: hasReported ? t0 - missingMs : null,
        firstSessionAt: hasReported ? null : t0 - missingMs,
        version: fields.liveness === 'offline' && fields.enforcement === 'none' ? 0 : 3,
        liftedAt: liftedMs === null ? null : t0 - liftedMs,
      }),
      evidence: { ingest: { troubles: [], healthySince: t0 - healthyMs }, clearSince: t0 - healthyMs },
    }));

  it('needs the missed windows of each level, after a grace period of healthy ingest', () => {
    fc.assert(
      fc.property(anySituation, ({ watched, evidence }) => {
        const { escalationDueAt, missed } = decide(watched, missedReportPolicy, t0, evidence);
        if (escalationDueAt === null) return;
        if (watched.enforcement === 'frozen') throw new Error('a freeze is the last level');
        const windows = policy.escalateAfterWindows[watched.enforcement];
        expect(missed).toBeGreaterThanOrEqual(windows);
        const missingSince = watched.lastReportAt ?? watched.firstSessionAt ?? t0;
        expect(t0 - missingSince).toBeGreaterThanOrEqual(windows * watched.windowMs);
        expect(t0 - evidence.clearSince).toBeGreaterThanOrEqual((windows + 5) * watched.windowMs);
        expect(t0 - (watched.liftedAt ?? -Infinity)).toBeGreaterThanOrEqual((windows + 5) * watched.windowMs);
      }),
    );
  });

  it('never happens while sanctions are suppressed', () => {
    fc.assert(
      fc.property(anySituation, ({ watched, evidence }) => {
        const decision = decide(watched, missedReportPolicy, t0, { ...evidence, clearSince: null });
        expect(decision.escalationDueAt).toBeNull();
      }),
    );
  });

  it('is never checked too late, nor later than the next report could require', () => {
    fc.assert(
      fc.property(anySituation, ({ watched, evidence }) => {
        const { escalationDueAt, liveness, nextCheckAt } = decide(watched, missedReportPolicy, t0, evidence);
        const isDone = escalationDueAt === null && liveness === watched.liveness;
        if (!isDone) return;
        if (nextCheckAt === null) return expect(watched.enforcement === 'frozen').toBe(true);
        expect(nextCheckAt).toBeLessThanOrEqual(t0 + 1.5 * watched.windowMs);
        const before = decide(watched, missedReportPolicy, nextCheckAt - 1, evidence);
        return expect([before.escalationDueAt, before.liveness]).toEqual([null, watched.liveness]);
      }),
    );
  });

  /**
   * Time passes in checks, as the timing wheel schedules them; returns the levels with the second at which each was
   * reached.
   */
  const escalate = (
    evidence: Evidence,
    untilS: number,
    from = agent('none', { liveness: 'online' }),
  ): [SanctionLevel, number][] => {
    const reached: [SanctionLevel, number][] = [];
    let state = from;
    for (let now = t0; now <= after(untilS);) {
      const decision = decide(state, missedReportPolicy, now, evidence);
      const { liveness } = decision;
      state = { ...state, liveness, version: state.version + Number(liveness !== state.liveness) };
      if (decision.escalationDueAt !== null) {
        const next = levels[levels.indexOf(state.enforcement) + 1] ?? 'frozen';
        state = { ...state, enforcement: next };
        reached.push([next, (now - t0) / 1000]);
      } else if (decision.nextCheckAt === null) break;
      else now = Math.max(now + 1, decision.nextCheckAt);
    }
    return reached;
  };

  it('warns, suspends and freezes after 3, 5 and 10 windows, with the tolerance for jitter', () => {
    expect(escalate({ ingest: { troubles: [], healthySince: longAgo }, clearSince: longAgo }, 2_000)).toEqual(
      [
        ['warned', 187],
        ['suspended', 307],
        ['frozen', 607],
      ],
    );
  });

  it('takes as long from the first session of an agent that never reports', () => {
    const evidence = { ingest: { troubles: [], healthySince: longAgo }, clearSince: longAgo };
    expect(escalate(evidence, 2_000, mute({ version: 0 }))).toEqual(escalate(evidence, 2_000));
    expect(escalate(evidence, 2_000, mute({ version: 0, firstSessionAt: null }))).toEqual([]);
  });

  it('takes 8, 10 and 15 windows after a start of ours: the first five do not count', () => {
    expect(escalate({ ingest: { troubles: [], healthySince: t0 }, clearSince: t0 }, 2_000)).toEqual([
      ['warned', 487],
      ['suspended', 607],
      ['frozen', 907],
    ]);
  });
});
