import { randomUUID } from 'node:crypto';
import { requestEnded } from '@ymera/contracts';
import type { TimelineStore } from '../application/ports';
import type { TimelineFact } from '../domain/timeline';

export const fact = (requestId: string, step: number): TimelineFact => ({
  eventId: randomUUID(),
  requestId,
  type: 'orchestrator.step.changed.v1',
  time: new Date(Date.UTC(2026, 0, 1) + step),
  data: { request_id: requestId, step },
});

/** Contract suite for timeline stores. */
export function timelineStoreContract(storeOf: () => TimelineStore): void {
  const steps = async (requestId: string, after: number, limit: number) =>
    (await storeOf().read(requestId, after, limit)).map(({ data }) => data['step']);

  it('returns a request’s events in the order in which they were recorded, page by page', async () => {
    const store = storeOf();
    const [one, other] = [randomUUID(), randomUUID()];
    await store.append([fact(one, 1), fact(other, 2), fact(one, 3)]);
    await store.append([fact(one, 4)]);
    expect(await steps(one, 0, 2)).toEqual([1, 3]);
    const [, second] = await store.read(one, 0, 2);
    expect(second?.time).toEqual(new Date(Date.UTC(2026, 0, 1) + 3));
    expect(await steps(one, second?.position ?? 0, 10)).toEqual([4]);
    expect(await steps(randomUUID(), 0, 10)).toEqual([]);
  });

  it('records a redelivered event once', async () => {
    const store = storeOf();
    const requestId = randomUUID();
    const [first, second] = [fact(requestId, 1), fact(requestId, 2)];
    await store.append([first]);
    await store.append([first, second, first]);
    expect(await steps(requestId, 0, 10)).toEqual([1, 2]);
  });

  it('stores any text that an agent may have written', async () => {
    const store = storeOf();
    const requestId = randomUUID();
    const data = { text: 'nul \u0000, half a pair \ud800, "quotes", \u2028' };
    await store.append([{ ...fact(requestId, 1), data }]);
    const [entry] = await store.read(requestId, 0, 1);
    expect(entry?.data).toEqual(data);
  });

  it('lists the requests with entries after a position', async () => {
    const store = storeOf();
    const [one, other] = [randomUUID(), randomUUID()];
    const before = await store.newestPosition();
    expect(await store.changedSince(before)).toEqual({ requestIds: [], newest: before });
    await store.append([fact(one, 1), fact(other, 1), fact(one, 2)]);
    const changed = await store.changedSince(before);
    expect([...changed.requestIds].sort()).toEqual([one, other].sort());
    expect(changed.newest).toBe(await store.newestPosition());
  });

  it('returns the newest position of a request’s timeline and when the request ended', async () => {
    const store = storeOf();
    const requestId = randomUUID();
    expect(await store.extentOf(requestId)).toEqual({ newest: 0, endedAt: undefined });
    await store.append([fact(requestId, 1), fact(randomUUID(), 2)]);
    const [first] = await store.read(requestId, 0, 1);
    expect(await store.extentOf(requestId)).toEqual({ newest: first?.position, endedAt: undefined });
    const before = Date.now();
    await store.append([{ ...fact(requestId, 3), type: requestEnded.key }, fact(requestId, 4)]);
    const last = (await store.read(requestId, 0, 10)).at(-1);
    const { newest, endedAt } = await store.extentOf(requestId);
    expect(newest).toBe(last?.position);
    expect(Math.abs((endedAt?.getTime() ?? 0) - before)).toBeLessThan(60_000);
  });

  it('deletes entries that are older than the retention', async () => {
    const store = storeOf();
    const requestId = randomUUID();
    await store.append([fact(requestId, 1)]);
    expect(await store.deleteOlderThan(new Date(Date.now() - 60_000))).toBe(0);
    expect(await store.deleteOlderThan(new Date(Date.now() + 60_000))).toBeGreaterThanOrEqual(1);
    expect(await steps(requestId, 0, 10)).toEqual([]);
  });
}
