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

  it('lists pages, newest first, open ones or all, and deletes old ones', async () => {
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
    await store().deleteOlderThan(new Date(start + 1000));
    expect(await store().page({ state: 'all', limit: 100 })).toEqual([]);
  });
}
