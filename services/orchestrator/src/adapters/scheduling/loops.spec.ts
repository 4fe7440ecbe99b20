import { failure, FailureException, silentLogger } from '@ymera/kernel';
import { eventually, leakGuard } from '@ymera/testing';
import { DispatchLoop } from './dispatch-loop';
import { TimerLoop } from './timer-loop';

const loops: { stop(): Promise<void> }[] = [];
const started = (loop: TimerLoop): TimerLoop => {
  loops.push(loop);
  loop.start();
  return loop;
};
afterEach(async () => {
  for (const loop of loops.splice(0)) await loop.stop();
});

const unavailable = (what: string): FailureException =>
  new FailureException(failure('unavailable', `${what}_unavailable`, 'Unavailable.', { retryable: true }));

const reachable = async (): Promise<void> => undefined;

describe('TimerLoop', () => {
  it('polls when the next timer is due, and sooner when an earlier one is set', async () => {
    const polls: number[] = [];
    const begun = Date.now();
    const loop = new TimerLoop(
      {
        async fireDue() {
          polls.push(Date.now() - begun);
          return polls.length === 1 ? begun + 300 : undefined;
        },
      },
      reachable,
      silentLogger,
    );
    started(loop);
    await eventually(() => expect(polls).toHaveLength(1));
    loop.timerSet(begun + 120);
    loop.timerSet(begun + 700);
    await eventually(() => expect(polls).toHaveLength(2));
    await loop.stop();
    expect(polls[1]).toBeGreaterThanOrEqual(119);
    expect(polls[1]).toBeLessThan(220);
  });

  it('sees a timer that is set during a pass', async () => {
    let polls = 0;
    const loop: TimerLoop = new TimerLoop(
      {
        async fireDue() {
          polls += 1;
          if (polls === 1) loop.timerSet(Date.now() + 20);
          return undefined;
        },
      },
      reachable,
      silentLogger,
    );
    started(loop);
    await eventually(() => expect(polls).toBe(2), { timeoutMs: 500 });
    await loop.stop();
  });

  it('reports no downtime for a timer that was set in the past during a pass', async () => {
    const meant: (number | undefined)[] = [];
    let firstEndedAt = Number.POSITIVE_INFINITY;
    const loop: TimerLoop = new TimerLoop(
      {
        async fireDue(meantAt?: number) {
          meant.push(meantAt);
          if (meant.length === 1) {
            loop.timerSet(Date.now() - 10_000);
            firstEndedAt = Date.now();
          }
          return undefined;
        },
      },
      reachable,
      silentLogger,
    );
    started(loop);
    await eventually(() => expect(meant).toHaveLength(2), { timeoutMs: 500 });
    await loop.stop();
    expect(meant[1]).toBeGreaterThanOrEqual(firstEndedAt);
  });

  it('fires nothing while the broker is unavailable, and then reports since when it could not poll', async () => {
    const meant: (number | undefined)[] = [];
    let isUnavailable = false;
    const loop = new TimerLoop(
      {
        async fireDue(meantAt?: number) {
          meant.push(meantAt);
          return Date.now() + 20;
        },
      },
      async () => {
        if (isUnavailable) throw new Error('the broker is unavailable');
      },
      silentLogger,
    );
    started(loop);
    await eventually(() => expect(meant.length).toBeGreaterThan(2));
    isUnavailable = true;
    const seen = meant.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(meant.length).toBeLessThanOrEqual(seen + 1);
    const missed = meant.length;
    isUnavailable = false;
    await eventually(() => expect(meant.length).toBeGreaterThan(missed), { timeoutMs: 2000 });
    await loop.stop();
    expect(Date.now() - (meant[missed] ?? Date.now())).toBeGreaterThanOrEqual(250);
    expect(meant[0]).toBeUndefined();
  });

  describe('TimerLoop.polled', () => {
    const polls: PromiseWithResolvers<undefined>[] = [];
    let loop: TimerLoop;
    let isUnavailable = false;

    beforeEach(async () => {
      isUnavailable = false;
      polls.length = 0;
      loop = new TimerLoop(
        {
          fireDue() {
            const pass = Promise.withResolvers<undefined>();
            polls.push(pass);
            return pass.promise;
          },
        },
        async () => {
          if (isUnavailable) throw unavailable('broker');
        },
        silentLogger,
      );
      started(loop);
      await eventually(() => expect(polls).toHaveLength(1));
    });

    const nextPass = async (count: number): Promise<PromiseWithResolvers<undefined>> => {
      await eventually(() => expect(polls).toHaveLength(count), { timeoutMs: 2_000 });
      const pass = polls.at(-1);
      if (!pass) throw new Error('no look');
      return pass;
    };

    it('resolves after a successful pass that began after the call', async () => {
      const told: string[] = [];
      const asked = loop.polled().then(() => told.push('looked'));
      // The pass in progress may have missed timers that became due since.
      polls[0]?.resolve(undefined);
      const failing = await nextPass(2);
      expect(told).toEqual([]);
      failing.reject(new TypeError('no such timer'));
      const succeeding = await nextPass(3);
      expect(told).toEqual([]);
      succeeding.resolve(undefined);
      await asked;
    });

    it('rejects when timers cannot be fired', async () => {
      const first = loop.polled();
      polls[0]?.resolve(undefined);
      const pass = await nextPass(2);
      isUnavailable = true;
      const second = loop.polled();
      pass.reject(unavailable('database'));
      await expect(first).rejects.toThrow('database_unavailable');
      await expect(second).rejects.toThrow('broker_unavailable');
    });

    it('resolves when the loop stops', async () => {
      const asked = loop.polled();
      polls[0]?.resolve(undefined);
      const last = await nextPass(2);
      const late = loop.polled();
      const stopped = loop.stop();
      last.resolve(undefined);
      await Promise.all([asked, late, stopped]);
      await loop.polled();
    });
  });
});

describe('DispatchLoop', () => {
  it('handles one type once at a time, and once more when requested meanwhile', async () => {
    let release: () => void = () => undefined;
    const begun: string[] = [];
    const loop = new DispatchLoop(
      {
        execute(type) {
          begun.push(type);
          return new Promise((resolve) => (release = resolve));
        },
      },
      silentLogger,
    );
    loop.mayDispatch(['TESTING']);
    loop.mayDispatch(['TESTING']);
    loop.mayDispatch(['TESTING']);
    await eventually(() => expect(begun).toEqual(['TESTING']));
    release();
    await eventually(() => expect(begun).toEqual(['TESTING', 'TESTING']));
    release();
    await loop.stop();
    expect(begun).toHaveLength(2);
  });

  it('continues after a failure', async () => {
    let tries = 0;
    const loop = new DispatchLoop(
      {
        async execute() {
          tries += 1;
          throw new Error('the database is unavailable');
        },
      },
      silentLogger,
    );
    loop.mayDispatch(['TESTING']);
    await eventually(() => expect(tries).toBe(1));
    loop.mayDispatch(['TESTING']);
    await eventually(() => expect(tries).toBe(2));
    await loop.stop();
  });
});

leakGuard();
