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

const away = (what: string): FailureException =>
  new FailureException(failure('unavailable', `${what}_unavailable`, 'Away.', { retryable: true }));

const reachable = async (): Promise<void> => undefined;

describe('the loop of timers', () => {
  it('looks when the next timer is due, and sooner when a nearer one is set', async () => {
    const looks: number[] = [];
    const begun = Date.now();
    const loop = new TimerLoop(
      {
        async fireDue() {
          looks.push(Date.now() - begun);
          return looks.length === 1 ? begun + 300 : undefined;
        },
      },
      reachable,
      silentLogger,
    );
    started(loop);
    await eventually(() => expect(looks).toHaveLength(1));
    loop.timerSet(begun + 120);
    loop.timerSet(begun + 700);
    await eventually(() => expect(looks).toHaveLength(2));
    await loop.stop();
    expect(looks[1]).toBeGreaterThanOrEqual(119);
    expect(looks[1]).toBeLessThan(220);
  });

  it('sees a timer that is set while it looks', async () => {
    let looks = 0;
    const loop: TimerLoop = new TimerLoop(
      {
        async fireDue() {
          looks += 1;
          if (looks === 1) loop.timerSet(Date.now() + 20);
          return undefined;
        },
      },
      reachable,
      silentLogger,
    );
    started(loop);
    await eventually(() => expect(looks).toBe(2), { timeoutMs: 500 });
    await loop.stop();
  });

  it('takes no timer for an absence that was set in the past while it looked', async () => {
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

  it('fires nothing while the broker is away, and then says since when it could not look', async () => {
    const meant: (number | undefined)[] = [];
    let isAway = false;
    const loop = new TimerLoop(
      {
        async fireDue(meantAt?: number) {
          meant.push(meantAt);
          return Date.now() + 20;
        },
      },
      async () => {
        if (isAway) throw new Error('the broker is away');
      },
      silentLogger,
    );
    started(loop);
    await eventually(() => expect(meant.length).toBeGreaterThan(2));
    isAway = true;
    const seen = meant.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(meant.length).toBeLessThanOrEqual(seen + 1);
    const missed = meant.length;
    isAway = false;
    await eventually(() => expect(meant.length).toBeGreaterThan(missed), { timeoutMs: 2000 });
    await loop.stop();
    expect(Date.now() - (meant[missed] ?? Date.now())).toBeGreaterThanOrEqual(250);
    expect(meant[0]).toBeUndefined();
  });

  describe('asked for a look', () => {
    const looks: PromiseWithResolvers<undefined>[] = [];
    let loop: TimerLoop;
    let isAway = false;

    beforeEach(async () => {
      isAway = false;
      looks.length = 0;
      loop = new TimerLoop(
        {
          fireDue() {
            const look = Promise.withResolvers<undefined>();
            looks.push(look);
            return look.promise;
          },
        },
        async () => {
          if (isAway) throw away('broker');
        },
        silentLogger,
      );
      started(loop);
      await eventually(() => expect(looks).toHaveLength(1));
    });

    const nextLook = async (count: number): Promise<PromiseWithResolvers<undefined>> => {
      await eventually(() => expect(looks).toHaveLength(count), { timeoutMs: 2_000 });
      const look = looks.at(-1);
      if (!look) throw new Error('no look');
      return look;
    };

    it('tells when one has succeeded that began afterwards', async () => {
      const told: string[] = [];
      const asked = loop.looked().then(() => told.push('looked'));
      // It may have been past what became due since.
      looks[0]?.resolve(undefined);
      const failing = await nextLook(2);
      expect(told).toEqual([]);
      failing.reject(new TypeError('no such timer'));
      const succeeding = await nextLook(3);
      expect(told).toEqual([]);
      succeeding.resolve(undefined);
      await asked;
    });

    it('refuses when nothing can be fired', async () => {
      const first = loop.looked();
      looks[0]?.resolve(undefined);
      const look = await nextLook(2);
      isAway = true;
      const second = loop.looked();
      look.reject(away('database'));
      await expect(first).rejects.toThrow('database_unavailable');
      await expect(second).rejects.toThrow('broker_unavailable');
    });

    it('keeps nobody waiting when it stops', async () => {
      const asked = loop.looked();
      looks[0]?.resolve(undefined);
      const last = await nextLook(2);
      const late = loop.looked();
      const stopped = loop.stop();
      last.resolve(undefined);
      await Promise.all([asked, late, stopped]);
      await loop.looked();
    });
  });
});

describe('the loop of dispatch', () => {
  it('works on one type once at a time, and once more when it was asked meanwhile', async () => {
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

  it('goes on after a failure', async () => {
    let tries = 0;
    const loop = new DispatchLoop(
      {
        async execute() {
          tries += 1;
          throw new Error('the database is away');
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
