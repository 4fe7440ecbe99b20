import type { Liveness } from '@ymera/contracts';
import fc from 'fast-check';
import type { IngestHealth } from './ingest-health';
import { decideLiveness as decide, type LivenessPolicy, type WatchedAgent } from './liveness';

const policy: LivenessPolicy = {
  lateAfterWindows: 1.5,
  offlineAfterWindows: 3,
  jitterShare: 0.1,
  jitterMs: 1_000,
};
const windowMs = 60_000;
/** With this policy an agent may be 7 s later than a threshold: a tenth of the window, and one second. */
const t0 = Date.parse('2026-01-01T00:00:00Z');

const healthy: IngestHealth = { troubles: [], healthySince: t0 - 3_600_000 };
const sick: IngestHealth = { troubles: ['broker'], healthySince: null };
const agent = (liveness: Liveness, lastReportAt: number | null = t0): WatchedAgent => ({
  liveness,
  lastReportAt,
  firstSessionAt: null,
  version: 3,
  windowMs,
});
/** It said hello at `t0` and has never reported. */
const mute = (liveness: Liveness, version: number): WatchedAgent => ({
  ...agent(liveness, null),
  firstSessionAt: t0,
  version,
});
const after = (seconds: number): number => t0 + seconds * 1000;

describe('the liveness decision', () => {
  it.each<[string, Liveness, number, IngestHealth, Liveness, number, number | null]>([
    ['a report just came', 'online', 0, healthy, 'online', 0, after(97)],
    ['a window passed', 'online', 60, healthy, 'online', 0, after(97)],
    ['it is almost late', 'online', 96.999, healthy, 'online', 1, after(97)],
    ['a window and a half passed', 'online', 97, healthy, 'late', 1, after(187)],
    ['two windows passed', 'late', 130, healthy, 'late', 2, after(187)],
    ['it is almost offline', 'late', 186.999, healthy, 'late', 2, after(187)],
    ['three windows passed', 'late', 187, healthy, 'offline', 3, null],
    ['three windows passed at once', 'online', 187, healthy, 'offline', 3, null],
    ['it is offline already', 'offline', 10_000, healthy, 'offline', 0, null],
    ['the broker is unavailable', 'online', 10_000, sick, 'online', 0, after(10_060)],
    ['the broker is unavailable and the agent was late', 'late', 10_000, sick, 'late', 0, after(10_060)],
    [
      'ingest is healthy for a minute only',
      'online',
      10_000,
      { troubles: [], healthySince: after(9_940) },
      'online',
      0,
      after(10_037),
    ],
    [
      'ingest is healthy for 97 s',
      'online',
      10_000,
      { troubles: [], healthySince: after(9_903) },
      'late',
      1,
      after(10_090),
    ],
    [
      'it was late before our downtime',
      'late',
      10_000,
      { troubles: [], healthySince: after(9_999) },
      'late',
      0,
      after(10_186),
    ],
  ])('is right when %s', (_title, liveness, seconds, health, expected, missed, nextCheckAt) => {
    expect(decide(agent(liveness), policy, after(seconds), health)).toEqual({
      liveness: expected,
      missed,
      nextCheckAt,
    });
  });

  it.each<[string, WatchedAgent, number, IngestHealth, Liveness, number, number | null]>([
    ['it just said hello', mute('offline', 0), 0, healthy, 'offline', 0, after(97)],
    ['it is almost late', mute('offline', 0), 96.999, healthy, 'offline', 1, after(97)],
    ['a window and a half passed', mute('offline', 0), 97, healthy, 'late', 1, after(187)],
    [
      'it is late by so much that it is offline next',
      mute('offline', 0),
      10_000,
      healthy,
      'late',
      166,
      after(187),
    ],
    ['three windows passed', mute('late', 1), 187, healthy, 'offline', 3, null],
    ['it was published as offline already', mute('offline', 2), 10_000, healthy, 'offline', 0, null],
    ['the broker is unavailable', mute('offline', 0), 10_000, sick, 'offline', 0, after(10_060)],
    [
      'ingest is healthy for a minute only',
      mute('offline', 0),
      10_000,
      { troubles: [], healthySince: after(9_940) },
      'offline',
      0,
      after(10_037),
    ],
  ])(
    'is right for an agent that never reported when %s',
    (_title, watched, seconds, health, liveness, missed, nextCheckAt) => {
      expect(decide(watched, policy, after(seconds), health)).toEqual({ liveness, missed, nextCheckAt });
    },
  );

  it('keeps an agent that never had a session offline without a deadline', () => {
    expect(decide(agent('offline', null), policy, after(10_000), healthy)).toEqual({
      liveness: 'offline',
      missed: 0,
      nextCheckAt: null,
    });
  });

  it('ignores a report from before the clock was set back: healthy time decides', () => {
    const jumped: IngestHealth = { troubles: [], healthySince: after(-3600) };
    expect(decide(agent('online'), policy, after(-3600 + 187), jumped).liveness).toBe('offline');
  });

  /** An agent that reported some time ago, and ingest that is healthy for some time. */
  const anySituation = fc
    .record({
      liveness: fc.constantFrom<Liveness>('online', 'late', 'offline'),
      windowMs: fc.integer({ min: 100, max: 600_000 }),
      missingMs: fc.nat(4_000_000),
      healthyMs: fc.nat(4_000_000),
    })
    .map(({ liveness, windowMs, missingMs, healthyMs }) => ({
      watched: { ...agent(liveness), lastReportAt: t0 - missingMs, windowMs },
      health: { troubles: [], healthySince: t0 - healthyMs },
    }));
  const rank = { online: 0, late: 1, offline: 2 };

  it('never makes an agent better, and only gets worse as time passes', () => {
    fc.assert(
      fc.property(anySituation, fc.nat(1_000_000), ({ watched, health }, later) => {
        const first = decide(watched, policy, t0, health);
        const second = decide(watched, policy, t0 + later, health);
        expect(rank[first.liveness]).toBeGreaterThanOrEqual(rank[watched.liveness]);
        expect(rank[second.liveness]).toBeGreaterThanOrEqual(rank[first.liveness]);
      }),
    );
  });

  it('changes nothing while ingest has a problem', () => {
    fc.assert(
      fc.property(anySituation, ({ watched }) => {
        expect(decide(watched, policy, t0, sick).liveness).toBe(watched.liveness);
      }),
    );
  });

  it('never gives less than the full time of healthy ingest', () => {
    fc.assert(
      fc.property(anySituation, ({ watched, health }) => {
        const { liveness } = decide(watched, policy, t0, health);
        if (liveness === watched.liveness) return;
        const windows = liveness === 'offline' ? 3 : 1.5;
        expect(t0 - health.healthySince).toBeGreaterThanOrEqual(windows * watched.windowMs);
        expect(t0 - watched.lastReportAt).toBeGreaterThanOrEqual(windows * watched.windowMs);
      }),
    );
  });

  it('names the moment of the next change exactly', () => {
    fc.assert(
      fc.property(anySituation, ({ watched, health }) => {
        const { liveness, nextCheckAt } = decide(watched, policy, t0, health);
        if (nextCheckAt === null) return expect(liveness).toBe('offline');
        expect(nextCheckAt).toBeGreaterThan(t0);
        const then = { ...watched, liveness };
        expect(decide(then, policy, nextCheckAt - 0.001, health).liveness).toBe(liveness);
        return expect(rank[decide(then, policy, nextCheckAt, health).liveness]).toBe(rank[liveness] + 1);
      }),
    );
  });
});
