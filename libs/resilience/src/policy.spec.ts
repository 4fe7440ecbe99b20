import { failure, FailureException, failureOf } from '@ymera/kernel';
import { renderMetrics } from '@ymera/observability';
import { policy } from './policy';

const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );
const fast = { initialMs: 1, maxMs: 2 };

// Mission: I1
describe('policy', () => {
  it('returns the answer of an attempt that succeeds', async () => {
    let attempts = 0;
    const flaky = policy({ name: 'flaky', timeoutMs: 1000, retries: 3, backoff: fast });
    const answer = await flaky.execute(async () => {
      attempts += 1;
      if (attempts < 3) throw new Error('away');
      return 'here';
    });
    expect([answer, attempts]).toEqual(['here', 3]);
  });

  it('rejects with the last error when attempts are used up', async () => {
    let attempts = 0;
    const error = await caught(
      policy({ name: 'down', timeoutMs: 1000, retries: 2, backoff: fast }).execute(async () => {
        attempts += 1;
        throw new Error(`attempt ${attempts}`);
      }),
    );
    expect(error).toEqual(new Error('attempt 3'));
  });

  it('does not retry a refusal', async () => {
    let attempts = 0;
    const refusal = new FailureException(failure('not_found', 'x_not_found', 'No such x.'));
    const error = await caught(
      policy({ name: 'refusing', timeoutMs: 1000, retries: 2, backoff: fast }).execute(async () => {
        attempts += 1;
        throw refusal;
      }),
    );
    expect([error, attempts]).toEqual([refusal, 1]);
  });

  it('ends an attempt at its timeout and aborts its signal', async () => {
    let aborted = false;
    const error = await caught(
      policy({ name: 'slow', timeoutMs: 20 }).execute(
        (signal) =>
          new Promise(() => {
            signal.addEventListener('abort', () => {
              aborted = true;
            });
          }),
      ),
    );
    expect(failureOf(error)).toMatchObject({ kind: 'timeout', code: 'slow_timeout', retryable: true });
    expect(aborted).toBe(true);
  });

  it('opens the circuit after repeated failures, shows it as a metric, and tries again later', async () => {
    let calls = 0;
    let well = false;
    const guarded = policy({ name: 'broken', timeoutMs: 1000, breaker: { failures: 2, resetMs: 30 } });
    const call = (): Promise<string> =>
      guarded.execute(async () => {
        calls += 1;
        if (!well) throw new Error('away');
        return 'here';
      });
    await caught(call());
    await caught(call());
    expect(failureOf(await caught(call()))).toMatchObject({
      kind: 'unavailable',
      code: 'broken_unavailable',
    });
    expect(calls).toBe(2);
    expect((await renderMetrics()).body).toContain('ymera_circuit_state{policy="broken"} 2');

    well = true;
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(await call()).toBe('here');
    expect((await renderMetrics()).body).toContain('ymera_circuit_state{policy="broken"} 0');
  });

  it('refuses calls beyond its bulkhead', async () => {
    const narrow = policy({ name: 'narrow', timeoutMs: 1000, bulkhead: { concurrent: 1, waiting: 0 } });
    let finish: (value: string) => void = () => undefined;
    const first = narrow.execute(() => new Promise<string>((resolve) => (finish = resolve)));
    expect(failureOf(await caught(narrow.execute(async () => 'second')))).toMatchObject({
      code: 'narrow_unavailable',
    });
    finish('first');
    expect(await first).toBe('first');
  });
});
