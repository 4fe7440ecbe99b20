import { setImmediate as turn } from 'node:timers/promises';
import { err, failure, ok, type Result } from '@ymera/kernel';
import { FakeClock } from '@ymera/testing';
import { UpstreamFetches } from './upstream-fetches';

const followed = { projectId: 'sample', source: '/srv/sample', branch: 'main' };
const unavailable = err(failure('unavailable', 'upstream_unreachable', 'It is away.'));

function setUp() {
  const open: ((result: Result<void>) => void)[] = [];
  const clock = new FakeClock('2026-06-01T00:00:00Z');
  const fetch = () => new Promise<Result<void>>((resolve) => open.push(resolve));
  const fetches = new UpstreamFetches({ fetch }, clock, { maxWaitMs: 10_000, retryFailedAfterMs: 5_000 });
  return { fetches, clock, open, settle: (result: Result<void>) => open.at(-1)?.(result) };
}

describe('UpstreamFetches', () => {
  it('starts a new fetch for callers that arrive during one, shared by all of them', async () => {
    const { fetches, open, settle } = setUp();
    const first = fetches.fetch(followed);
    await turn();
    const others = [fetches.fetch(followed), fetches.fetch(followed)];
    expect(open).toHaveLength(1);
    settle(ok(undefined));
    await first;
    await turn();
    expect(open).toHaveLength(2);
    settle(unavailable);
    expect(await Promise.all(others)).toEqual([unavailable, unavailable]);
    expect(open).toHaveLength(2);
  });

  it('that have not begun are shared by all who ask', async () => {
    const { fetches, open, settle } = setUp();
    const both = [fetches.fetch(followed), fetches.fetch(followed)];
    await turn();
    expect(open).toHaveLength(1);
    settle(ok(undefined));
    expect(await Promise.all(both)).toEqual([ok(undefined), ok(undefined)]);
  });

  it('are not repeated for a while after a failure, unless a person asks', async () => {
    const { fetches, clock, open, settle } = setUp();
    const first = fetches.fetch(followed);
    await turn();
    settle(unavailable);
    await first;
    expect(await fetches.fetch(followed)).toEqual(unavailable);
    expect(open).toHaveLength(1);
    const asked = fetches.fetch(followed, { force: true });
    await turn();
    expect(open).toHaveLength(2);
    settle(unavailable);
    await asked;
    clock.advance(5_000);
    const later = fetches.fetch(followed);
    await turn();
    expect(open).toHaveLength(3);
    settle(ok(undefined));
    expect(await later).toEqual(ok(undefined));
  });

  it('does not wait for fetches of other projects', async () => {
    const { fetches, open, settle } = setUp();
    void fetches.fetch(followed);
    const other = fetches.fetch({ ...followed, projectId: 'other' });
    await turn();
    expect(open).toHaveLength(2);
    settle(ok(undefined));
    expect(await other).toEqual(ok(undefined));
    open[0]?.(ok(undefined));
  });

  it('times out callers of a fetch that takes too long', async () => {
    const clock = new FakeClock('2026-06-01T00:00:00Z');
    const fetches = new UpstreamFetches({ fetch: () => new Promise<never>(() => undefined) }, clock, {
      maxWaitMs: 1,
      retryFailedAfterMs: 5_000,
    });
    expect(await fetches.fetch(followed)).toMatchObject({ error: { code: 'upstream_unreachable' } });
  });

  it('that throw are thrown to who asked, and the next one begins', async () => {
    const failing = Promise.withResolvers<Result<void>>();
    const answers = [failing.promise, Promise.resolve(ok(undefined))];
    const fetch = () => answers.shift() ?? Promise.reject(new Error('asked too often'));
    const fetches = new UpstreamFetches({ fetch }, new FakeClock('2026-06-01T00:00:00Z'), {
      maxWaitMs: 10_000,
      retryFailedAfterMs: 5_000,
    });
    const first = fetches.fetch(followed);
    await turn();
    const second = fetches.fetch(followed);
    failing.reject(new Error('git is gone'));
    await expect(first).rejects.toThrow('git is gone');
    expect(await second).toEqual(ok(undefined));
  });
});
