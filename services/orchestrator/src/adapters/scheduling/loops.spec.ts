import { silentLogger } from '@ymera/kernel';
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

  it('tells who asks when it has looked since, not before, and not when it could not', async () => {
    const releases: (() => void)[] = [];
    let [isAway, warnings] = [false, 0];
    const loop = new TimerLoop(
      {
        async fireDue() {
          await new Promise<void>((resolve) => releases.push(resolve));
          return undefined;
        },
      },
      async () => {
        if (isAway) throw new Error('the broker is away');
      },
      { ...silentLogger, warn: () => void (warnings += 1) },
    );
    started(loop);
    await eventually(() => expect(releases).toHaveLength(1));
    let hasLooked = false;
    const looked = loop.looked().then(() => (hasLooked = true));
    isAway = true;
    // The look that was under way when it was asked for: it may have been past what became due since.
    releases[0]?.();
    await eventually(() => expect(warnings).toBeGreaterThan(0));
    expect(hasLooked).toBe(false);
    isAway = false;
    await eventually(() => expect(releases).toHaveLength(2), { timeoutMs: 2_000 });
    expect(hasLooked).toBe(false);
    releases[1]?.();
    await looked;
    const atStop = loop.looked();
    await eventually(() => expect(releases).toHaveLength(3));
    releases[2]?.();
    await loop.stop();
    await atStop;
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
