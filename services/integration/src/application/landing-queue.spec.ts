import { leakGuard } from '@ymera/testing';
import { LandingQueue } from './landing-queue';

/** Work that ends on demand. */
function heldWork() {
  let end: () => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const result = new Promise<void>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  return { work: () => result, end, fail };
}

describe('LandingQueue', () => {
  let underWay: LandingQueue;
  let events: string[];

  const noted = (name: string, work: () => Promise<void> = () => Promise.resolve()) => {
    return async () => {
      events.push(`${name} begins`);
      await work();
      events.push(`${name} ends`);
    };
  };

  beforeEach(() => {
    underWay = new LandingQueue();
    events = [];
  });

  it('runs the landings of a project one after the other, in the order of the calls', async () => {
    const held = heldWork();
    const turns = [
      underWay.run('a', noted('first', held.work)),
      underWay.run('a', noted('second')),
      underWay.run('a', noted('third')),
    ];
    // The turn of another project comes and goes meanwhile.
    await underWay.run('b', noted('other'));
    expect(events).toEqual(['first begins', 'other begins', 'other ends']);
    held.end();
    await Promise.all(turns);
    expect(events.slice(3)).toEqual([
      'first ends',
      'second begins',
      'second ends',
      'third begins',
      'third ends',
    ]);
  });

  it('continues after a failed landing and reports the failure to its caller only', async () => {
    const failing = underWay.run('a', () => Promise.reject(new Error('git was killed')));
    const throwing = underWay.run('a', () => {
      throw new Error('no promise at all');
    });
    const next = underWay.run('a', () => Promise.resolve('done'));
    await expect(failing).rejects.toThrow('git was killed');
    await expect(throwing).rejects.toThrow('no promise at all');
    await expect(next).resolves.toBe('done');
    await expect(underWay.waitUntilIdle(1_000)).resolves.toBe(true);
  });

  it('is idle once all landings that had started have ended, failed or not, whatever started later', async () => {
    const [first, second, later] = [heldWork(), heldWork(), heldWork()];
    const failing = underWay.run('a', noted('first', first.work));
    const other = underWay.run('b', noted('second', second.work));
    await underWay.run('c', noted('third'));
    const ended = noted('the wait', async () => {
      expect(await underWay.waitUntilIdle(10_000)).toBe(true);
    })();
    const next = underWay.run('a', noted('later', later.work));
    first.fail(new Error('git was killed'));
    await expect(failing).rejects.toThrow('git was killed');
    await underWay.run('c', noted('fourth'));
    expect(events).toContain('later begins');
    expect(events).not.toContain('the wait ends');
    second.end();
    await ended;
    expect(events).not.toContain('later ends');
    later.end();
    await Promise.all([other, next]);
  });

  it('is not idle when a landing takes longer than the timeout', async () => {
    const held = heldWork();
    const turn = underWay.run('a', held.work);
    await underWay.run('b', () => Promise.resolve());
    await expect(underWay.waitUntilIdle(1)).resolves.toBe(false);
    held.end();
    await turn;
    await expect(underWay.waitUntilIdle(1_000)).resolves.toBe(true);
  });
});

leakGuard();
