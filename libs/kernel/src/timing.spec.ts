import fc from 'fast-check';
import { backoffMs, type Jitter } from './backoff';
import { FreshnessProbe, type FreshnessProbeOptions } from './freshness-probe';
import { mapConcurrently } from './map-concurrently';
import { KeyedMutex, Mutex } from './mutex';
import { sleep } from './sleep';
import { settlesWithin, withTimeout } from './with-timeout';

const never = new Promise<never>(() => undefined);

describe('backoffMs', () => {
  it('doubles with each failure up to its maximum', () => {
    const delays = [1, 2, 3, 4, 5].map((failures) => backoffMs(failures, { baseMs: 100, maxMs: 1_000 }));
    expect(delays).toEqual([100, 200, 400, 800, 1_000]);
  });

  it('stays within the bound and the jitter for any number of failures', () => {
    const jitters = fc.constantFrom<Jitter>('none', 'half', 'full');
    fc.assert(
      fc.property(
        fc.nat(),
        jitters,
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (failures, jitter, random) => {
          const delay = backoffMs(failures, { baseMs: 100, maxMs: 5_000 }, jitter, () => random);
          const bound = backoffMs(failures, { baseMs: 100, maxMs: 5_000 });
          expect(delay).toBeLessThanOrEqual(bound);
          expect(delay).toBeGreaterThanOrEqual({ none: bound, half: bound / 2, full: 0 }[jitter]);
        },
      ),
    );
  });
});

describe('withTimeout', () => {
  it('returns the value or the failure of work that settles in time', async () => {
    await expect(withTimeout(5_000, Promise.resolve(1), () => 2)).resolves.toBe(1);
    await expect(withTimeout(5_000, Promise.reject(new Error('failed')), () => 2)).rejects.toThrow('failed');
  });

  it('returns or throws the caller’s outcome when work does not settle', async () => {
    await expect(withTimeout(5, never, () => 2)).resolves.toBe(2);
    const refuse = (): never => {
      throw new RangeError('late');
    };
    await expect(withTimeout(5, never, refuse)).rejects.toThrow('late');
  });

  it('ignores a late failure of the work', async () => {
    let fail: (error: Error) => void = () => undefined;
    const late = new Promise<never>((_resolve, reject) => (fail = reject));
    await expect(withTimeout(1, late, () => 2)).resolves.toBe(2);
    fail(new Error('late'));
    await expect(late).rejects.toThrow('late');
  });
});

describe('settlesWithin', () => {
  it('distinguishes work that settled, also by failing, from work that did not', async () => {
    await expect(settlesWithin(5_000, undefined)).resolves.toBe(true);
    await expect(settlesWithin(5_000, Promise.reject(new Error('failed')))).resolves.toBe(true);
    await expect(settlesWithin(5, never)).resolves.toBe(false);
  });
});

describe('Mutex', () => {
  it('runs work serially, also after a failure', async () => {
    const mutex = new Mutex();
    const seen: string[] = [];
    const work = (name: string) => async () => {
      seen.push(`${name} begins`);
      await sleep(1);
      seen.push(`${name} ends`);
      if (name === 'a') throw new Error('failed');
    };
    const all = ['a', 'b', 'c'].map((name) => mutex.runExclusive(work(name)).catch(() => undefined));
    await mutex.idle();
    await Promise.all(all);
    expect(seen).toEqual(['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]));
  });
});

describe('Mutex with a signal', () => {
  const held = () => {
    const mutex = new Mutex();
    const { promise, resolve: release } = Promise.withResolvers<void>();
    return { mutex, release, first: mutex.runExclusive(() => promise) };
  };

  it.each(['before the call', 'while it waits'])('never begins work that is aborted %s', async (when) => {
    const { mutex, release, first } = held();
    const controller = new AbortController();
    if (when === 'before the call') controller.abort(new Error('canceled'));
    const seen: string[] = [];
    const waiting = mutex.runExclusive(async () => void seen.push('aborted'), controller.signal);
    const next = mutex.runExclusive(async () => void seen.push('next'));
    controller.abort(new Error('canceled'));
    await expect(waiting).rejects.toThrow('canceled');
    release();
    await Promise.all([first, next]);
    expect(seen).toEqual(['next']);
  });

  it('waits for work that is aborted after it has begun', async () => {
    const mutex = new Mutex();
    const controller = new AbortController();
    const { promise, resolve } = Promise.withResolvers<string>();
    const begun = Promise.withResolvers<void>();
    const work = mutex.runExclusive(() => {
      begun.resolve();
      return promise;
    }, controller.signal);
    await begun.promise;
    controller.abort();
    resolve('its own outcome');
    await expect(work).resolves.toBe('its own outcome');
  });
});

describe('mapConcurrently', () => {
  it('returns results in the order of the items and never exceeds its limit', async () => {
    let [running, most] = [0, 0];
    const results = await mapConcurrently([5, 1, 4, 2, 3], 2, async (ms) => {
      most = Math.max(most, (running += 1));
      await sleep(ms);
      running -= 1;
      return ms * 2;
    });
    expect(results).toEqual([10, 2, 8, 4, 6]);
    expect(most).toBe(2);
  });

  it('begins nothing after a failure and rejects when what had begun has ended', async () => {
    const ended: number[] = [];
    const all = mapConcurrently([1, 2, 3, 4], 2, async (item) => {
      if (item === 1) throw new Error('failed');
      await sleep(1);
      ended.push(item);
    });
    await expect(all).rejects.toThrow('failed');
    expect(ended).toEqual([2]);
  });
});

describe('KeyedMutex', () => {
  it('excludes work of the same key only', async () => {
    const mutex = new KeyedMutex();
    let release = (): void => undefined;
    const held = mutex.runExclusive('a', () => new Promise<void>((resolve) => (release = resolve)));
    const seen: string[] = [];
    const same = mutex.runExclusive('a', async () => void seen.push('same'));
    await mutex.runExclusive('b', async () => void seen.push('other'));
    expect(seen).toEqual(['other']);
    release();
    await Promise.all([held, same]);
    expect(seen).toEqual(['other', 'same']);
  });
});

describe('FreshnessProbe', () => {
  const probeOf = (options: Partial<FreshnessProbeOptions> = {}) => {
    const state = { now: 1_000, isWell: true, checks: 0 };
    const check = async (): Promise<void> => {
      state.checks += 1;
      if (!state.isWell) throw new Error('unavailable');
    };
    const clock = { now: () => new Date(state.now) };
    return { state, probe: new FreshnessProbe({ check, maxAgeMs: () => 100, ...options }, clock) };
  };

  it('is fresh until its last success is too old', async () => {
    const { probe, state } = probeOf();
    expect(probe.isFresh()).toBe(false);
    await probe.refresh();
    expect(probe.isFresh(1_100)).toBe(true);
    expect(probe.isFresh(1_101)).toBe(false);
    state.now = 1_050;
    await expect(probe.isHealthy()).resolves.toBe(true);
    expect(state.checks).toBe(1);
  });

  it('does not trust a success from the future, after the clock was set back', async () => {
    const { probe } = probeOf();
    await probe.refresh();
    expect(probe.isFresh(999)).toBe(false);
  });

  it('shares one check between callers', async () => {
    const { probe, state } = probeOf();
    await Promise.all([probe.isHealthy(), probe.isHealthy(), probe.refresh()]);
    expect(state.checks).toBe(1);
  });

  it('counts a hanging check as failed', async () => {
    const { probe } = probeOf({ check: () => never, maxAgeMs: () => 5 });
    await expect(probe.isHealthy()).resolves.toBe(false);
  });

  it('checks at most once per interval', async () => {
    const { probe, state } = probeOf({ minIntervalMs: () => 50 });
    await probe.refresh();
    await probe.refresh();
    expect(state.checks).toBe(1);
    state.now += 50;
    await probe.refresh();
    expect(state.checks).toBe(2);
  });

  it.each([
    ['immediate', false],
    ['after_grace', true],
  ] as const)('has after one failed check in mode %s the freshness %s', async (failureMode, isFresh) => {
    const { probe, state } = probeOf({ failureMode });
    await probe.refresh();
    state.isWell = false;
    await probe.refresh();
    expect(probe.isFresh()).toBe(isFresh);
  });
});
