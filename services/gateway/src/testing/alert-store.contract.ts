import { uuidv7 } from '@ymera/kernel';
import type { AlertStore } from '../application/ports';
import type { AlertFact } from '../domain/alert';

const start = Date.parse('2026-01-01T00:00:00.000Z');
const alarm = {
  kind: 'dispatch_paused',
  severity: 'warning',
  title: 'Paused',
  link: '/api/v1/controls',
} as const;

const factOf = (subject: string, version: number, isAlarm: boolean): AlertFact => ({
  eventId: uuidv7(start + version),
  subject,
  version,
  time: new Date(start + version),
  traceId: null,
  alarm: isAlarm ? alarm : undefined,
});

/** Contract suite for alert stores, run on the fake and on PostgreSQL. */
export function alertStoreContract(store: () => AlertStore): void {
  const states = async (facts: readonly AlertFact[]) => {
    const all = await store().page({ state: 'all', limit: 100 });
    return facts.map(({ eventId }) => all.find(({ alert_id }) => alert_id === eventId)?.state);
  };

  it('raises an alert once and resolves it by the opposite event, in any order of arrival', async () => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2, 0, 1],
    ]) {
      const subject = uuidv7();
      const facts = [factOf(subject, 1, true), factOf(subject, 2, false), factOf(subject, 3, true)];
      for (const index of order) await store().apply(facts[index] as AlertFact);
      expect(await states(facts)).toEqual(['resolved', undefined, 'open']);
    }
  });

  it('resolves an alert when a newer one about the same subject replaces it', async () => {
    const subject = uuidv7();
    const facts = [factOf(subject, 1, true), factOf(subject, 2, true)];
    for (const fact of facts) await store().apply(fact);
    expect(await states(facts)).toEqual(['resolved', 'open']);
  });

  const aggregated = (subject: string, version: number, count: number, isAlarm = true): AlertFact => ({
    ...factOf(subject, version, isAlarm && count > 0),
    ...(count > 0 && {
      occurrences: {
        count,
        first_at: new Date(start).toISOString(),
        last_at: new Date(start + version).toISOString(),
      },
      expiresAt: new Date(start + version + 1000),
    }),
  });
  const about = async (facts: readonly AlertFact[]) =>
    (await store().page({ state: 'all', limit: 100 })).filter(({ alert_id }) =>
      facts.some(({ eventId }) => eventId === alert_id),
    );

  it('keeps one open alert per cause, with the count that is known last, in any order and more than once', async () => {
    for (const order of [
      [0, 1, 2],
      [0, 2, 1],
      [2, 0, 1, 2],
      [0, 0, 1, 2, 1],
    ]) {
      const subject = uuidv7();
      const facts = [aggregated(subject, 1, 1), aggregated(subject, 2, 30), aggregated(subject, 3, 60)];
      for (const index of order) await store().apply(facts[index] as AlertFact);
      const alerts = await about(facts);
      expect(alerts).toMatchObject([
        { state: 'open', occurrences: { count: 60, last_at: new Date(start + 3).toISOString() } },
      ]);
    }
  });

  it('resolves the alert of a cause when nothing of it is left, and raises another one later', async () => {
    const subject = uuidv7();
    const facts = [
      aggregated(subject, 1, 2),
      aggregated(subject, 2, 1, false),
      aggregated(subject, 3, 0),
      aggregated(subject, 4, 1),
    ];
    await store().apply(facts[0] as AlertFact);
    await store().apply(facts[1] as AlertFact);
    expect(await about(facts)).toMatchObject([{ state: 'open', occurrences: { count: 1 } }]);
    await store().apply(facts[2] as AlertFact);
    await store().apply(facts[1] as AlertFact);
    expect(await states(facts)).toEqual(['resolved', undefined, undefined, undefined]);
    await store().apply(facts[3] as AlertFact);
    expect(await states(facts)).toEqual(['resolved', undefined, undefined, 'open']);
  });

  it('resolves an alert whose things are gone, and keeps one that has no such time', async () => {
    const [subject, other] = [uuidv7(), uuidv7()];
    const facts = [aggregated(subject, 1, 5), factOf(other, 2, true)];
    for (const fact of facts) await store().apply(fact);
    await store().resolveExpired(new Date(start + 1000));
    expect(await states(facts)).toEqual(['open', 'open']);
    await store().resolveExpired(new Date(start + 1001));
    expect(await states(facts)).toEqual(['resolved', 'open']);
    const next = aggregated(subject, 2, 1);
    await store().apply(next);
    expect(await states([...facts, next])).toEqual(['resolved', 'open', 'open']);
    await store().apply(factOf(other, 3, false));
    await store().apply(aggregated(subject, 3, 0));
  });

  it('deletes what was resolved so long ago, and never an open alert, however old it is', async () => {
    const [open, over] = [uuidv7(), uuidv7()];
    const facts = [factOf(open, 10, true), factOf(over, 11, true), factOf(over, 12, false)];
    for (const fact of facts) await store().apply(fact);
    await store().deleteOlderThan(new Date(start + 12));
    expect(await states(facts)).toEqual(['open', 'resolved', undefined]);
    await store().deleteOlderThan(new Date(start + 90 * 86_400_000));
    expect(await states(facts)).toEqual(['open', undefined, undefined]);
    // The subject of an open alert is known for as long: what is older than it has no effect.
    await store().apply(factOf(open, 9, false));
    expect(await states(facts)).toEqual(['open', undefined, undefined]);
    await store().apply(factOf(open, 13, false));
    expect(await states(facts)).toEqual(['resolved', undefined, undefined]);
  });

  it('gives pages, newest first, open ones or all, and forgets', async () => {
    const [open, over] = [uuidv7(), uuidv7()];
    const facts = [factOf(open, 10, true), factOf(over, 11, true), factOf(over, 12, false)];
    for (const fact of facts) await store().apply(fact);
    const [newest, ...others] = await store().page({ state: 'all', limit: 100 });
    expect(newest).toMatchObject({
      alert_id: facts[1]?.eventId,
      state: 'resolved',
      resolved_at: '2026-01-01T00:00:00.012Z',
    });
    expect(await store().page({ state: 'all', before: newest?.alert_id, limit: 1 })).toEqual([others[0]]);
    expect((await store().page({ state: 'open', limit: 1 }))[0]?.alert_id).toBe(facts[0]?.eventId);
    await store().apply(factOf(open, 13, false));
    await store().deleteOlderThan(new Date(start + 90 * 86_400_000));
    expect(await store().page({ state: 'all', limit: 100 })).not.toContainEqual(newest);
    expect(await states(facts)).toEqual([undefined, undefined, undefined]);
  });
}
