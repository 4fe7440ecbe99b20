import { err, failure, ok, type Result } from '@ymera/kernel';
import { FakeClock } from '@ymera/testing';
import { InMemoryIdempotencyStore } from '../testing/in-memory-idempotency-store';
import { IdempotencyGuard } from './idempotency-guard';
import { decryptResponse, encryptResponse } from './response-cipher';

const request = {
  secret: 'Bearer yme_1_once',
  operation: 'registerAgent',
  key: 'k-1',
  input: { a: 1 },
  leaseMs: 1000,
};
const times = { keptMs: 60_000, waitMs: 200, pollMs: 5 };

describe('IdempotencyGuard', () => {
  const setUp = () => {
    const clock = new FakeClock();
    const store = new InMemoryIdempotencyStore();
    const once = new IdempotencyGuard(store, clock, times);
    const performed: string[] = [];
    const perform = async (key: string): Promise<Result<unknown>> => {
      performed.push(key);
      return ok({ credential: `ymk_${performed.length}` });
    };
    return { clock, store, once, performed, perform };
  };

  it('performs a request once and returns the stored answer for the same key', async () => {
    const { once, performed, perform } = setUp();
    const first = await once.execute(request, perform);
    const again = await once.execute({ ...request }, perform);
    expect(first).toEqual(ok({ answer: { credential: 'ymk_1' }, isReplayed: false }));
    expect(again).toEqual(ok({ answer: { credential: 'ymk_1' }, isReplayed: true }));
    expect(performed).toEqual([expect.stringMatching(/^sha256:/)]);
  });

  it('rejects another request under the same key', async () => {
    const { once, perform } = setUp();
    await once.execute(request, perform);
    expect(await once.execute({ ...request, input: { a: 2 } }, perform)).toMatchObject({
      error: { kind: 'conflict', code: 'idempotency_key_reused' },
    });
  });

  it('separates callers who chose the same key', async () => {
    const { once, performed, perform } = setUp();
    await once.execute(request, perform);
    const other = await once.execute({ ...request, secret: 'Bearer ymo_2_b', input: { a: 2 } }, perform);
    expect(other).toEqual(ok({ answer: { credential: 'ymk_2' }, isReplayed: false }));
    expect(new Set(performed).size).toBe(2);
  });

  it('answers a concurrent duplicate with the answer of the first request', async () => {
    const { once, performed } = setUp();
    let finish: (value: Result<unknown>) => void = () => undefined;
    const slow = (key: string): Promise<Result<unknown>> => {
      performed.push(key);
      return new Promise((resolve) => (finish = resolve));
    };
    const answers = [once.execute(request, slow), once.execute(request, slow)];
    setTimeout(() => finish(ok('done')), 20);
    expect((await Promise.all(answers)).map((answer) => answer.ok && answer.value)).toEqual([
      { answer: 'done', isReplayed: false },
      { answer: 'done', isReplayed: true },
    ]);
    expect(performed).toHaveLength(1);
  });

  it('tells a duplicate to retry when the first request takes too long', async () => {
    const { clock, once, perform } = setUp();
    void once.execute(request, () => new Promise(() => undefined));
    const waiting = once.execute(request, perform);
    setTimeout(() => clock.advance(times.waitMs), 20);
    expect(await waiting).toMatchObject({ error: { code: 'request_in_flight', retryable: true } });
  });

  it('takes over an abandoned key and uses the same downstream key', async () => {
    const { clock, once, performed, perform } = setUp();
    void once.execute(request, (key) => {
      performed.push(key);
      return new Promise(() => undefined);
    });
    await Promise.resolve();
    clock.advance(request.leaseMs);
    expect(await once.execute(request, perform)).toMatchObject({ value: { isReplayed: false } });
    expect(new Set(performed).size).toBe(1);
    expect(performed).toHaveLength(2);
  });

  it('stores no refusal and no error, so that a retry is performed', async () => {
    const { once, perform } = setUp();
    const refused = err(failure('unavailable', 'service_unavailable', 'Away.'));
    expect(await once.execute(request, async () => refused)).toEqual(refused);
    await expect(
      once.execute(request, async () => {
        throw new Error('bug');
      }),
    ).rejects.toThrow('bug');
    expect(await once.execute({ ...request, input: { a: 2 } }, perform)).toMatchObject({
      value: { isReplayed: false },
    });
  });

  it('deletes an answer after a day', async () => {
    const { clock, once, perform } = setUp();
    await once.execute(request, perform);
    clock.advance(times.keptMs);
    expect(await once.execute({ ...request, input: { a: 2 } }, perform)).toMatchObject({
      value: { answer: { credential: 'ymk_2' } },
    });
  });
});

describe('ResponseCipher', () => {
  it('decrypts with the sealing secret only and rejects a modified text', () => {
    const sealed = encryptResponse('secret', { credential: 'ymk_1' });
    expect(sealed.toString('latin1')).not.toContain('ymk_1');
    expect(decryptResponse('secret', sealed)).toEqual({ credential: 'ymk_1' });
    expect(() => decryptResponse('other', sealed)).toThrow();
    sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1;
    expect(() => decryptResponse('secret', sealed)).toThrow();
  });
});
