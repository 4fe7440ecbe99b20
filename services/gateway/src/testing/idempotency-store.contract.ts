import { randomUUID } from 'node:crypto';
import { sha256Hex } from '@ymera/kernel';
import type { IdempotencyStore } from '../application/ports';

const at = (seconds: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds));
const times = { now: at(0), leaseUntil: at(30), expiresAt: at(3600) };

/** Contract suite for stores of answers. */
export function idempotencyStoreContract(storeOf: () => IdempotencyStore): void {
  const scope = { caller: sha256Hex('token'), operation: 'submitRequest', key: '' };
  const fresh = () => ({ ...scope, key: randomUUID() });

  it('reserves a new key for the first request', async () => {
    const store = storeOf();
    const key = fresh();
    const begun = await Promise.all([1, 2, 3].map(() => store.begin(key, 'digest', times)));
    expect(begun.filter((record) => record === undefined)).toHaveLength(1);
    expect(begun.find((record) => record !== undefined)).toEqual({
      state: 'in_flight',
      requestDigest: 'digest',
      leaseUntil: at(30),
    });
  });

  it('separates keys by caller and operation', async () => {
    const store = storeOf();
    const key = fresh();
    await store.begin(key, 'digest', times);
    expect(await store.begin({ ...key, operation: 'other' }, 'digest', times)).toBeUndefined();
    expect(await store.begin({ ...key, caller: sha256Hex('else') }, 'digest', times)).toBeUndefined();
  });

  it('keeps the answer until it expires', async () => {
    const store = storeOf();
    const key = fresh();
    await store.begin(key, 'digest', times);
    await store.complete(key, Buffer.from('sealed'));
    const kept = { state: 'done', requestDigest: 'digest', answer: Buffer.from('sealed') };
    expect(await store.begin(key, 'other', { ...times, now: at(3599) })).toEqual(kept);
    await store.release(key);
    expect(await store.begin(key, 'other', { ...times, now: at(3599) })).toEqual(kept);
    expect(await store.begin(key, 'other', { ...times, now: at(3600), expiresAt: at(7200) })).toBeUndefined();
  });

  it('frees a released key', async () => {
    const store = storeOf();
    const key = fresh();
    await store.begin(key, 'digest', times);
    await store.release(key);
    expect(await store.begin(key, 'other', times)).toBeUndefined();
  });

  it('lets one caller take over an abandoned key', async () => {
    const store = storeOf();
    const key = fresh();
    await store.begin(key, 'digest', times);
    expect(await store.takeOver(key, { now: at(29), leaseUntil: at(60) })).toBe(false);
    const taken = await Promise.all(
      [1, 2, 3].map(() => store.takeOver(key, { now: at(30), leaseUntil: at(60) })),
    );
    expect(taken.filter(Boolean)).toHaveLength(1);
    await store.complete(key, Buffer.from('sealed'));
    expect(await store.takeOver(key, { now: at(100), leaseUntil: at(130) })).toBe(false);
  });

  it('deletes expired answers', async () => {
    const store = storeOf();
    const [old, young] = [fresh(), fresh()];
    await store.begin(old, 'digest', { ...times, expiresAt: at(10) });
    await store.begin(young, 'digest', times);
    expect(await store.deleteExpired(at(10))).toBeGreaterThanOrEqual(1);
    expect(await store.begin(young, 'digest', times)).toBeDefined();
  });
}
