import { nextIncident, reasonOf, type SuppressionCause, type Incident } from './incident';

const unhealthy: SuppressionCause = { reason: 'ingest_unhealthy' };
const silent: SuppressionCause = { reason: 'mass_silence', group: 'fleet' };
const passing: Incident = { kind: 'passing', cause: unhealthy, since: 100 };
const open: Incident = { kind: 'open', cause: unhealthy, since: 100 };

describe('nextIncident', () => {
  it.each<[string, Incident | null, SuppressionCause | null, number, Incident | null]>([
    ['nothing happens', null, null, 200, null],
    ['a problem begins', null, unhealthy, 100, passing],
    ['a problem goes on', passing, unhealthy, 1_099, passing],
    ['a problem has lasted', passing, unhealthy, 1_100, open],
    ['a problem passes', passing, null, 200, null],
    ['a mass suppression begins', null, silent, 200, { kind: 'open', cause: silent, since: 200 }],
    ['a mass suppression begins during an incident', open, silent, 200, open],
    ['the incident ends', open, null, 5_000, null],
  ])('returns the incident when %s', (_title, incident, cause, now, expected) => {
    expect(nextIncident(incident, cause, now, 1_000)).toEqual(expected);
  });

  it('maps every problem to a reason', () => {
    const troubles = [
      'broker',
      'database',
      'pause',
      'backlog',
      'clock',
      'ownership',
      'authentication',
    ] as const;
    expect(new Set(troubles.map(reasonOf))).toEqual(
      new Set(['ingest_unhealthy', 'recovering', 'authentication_unavailable']),
    );
  });
});
