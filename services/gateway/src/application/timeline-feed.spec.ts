import { randomUUID } from 'node:crypto';
import { requestEnded } from '@ymera/contracts';
import { silentLogger } from '@ymera/kernel';
import { eventually, leakGuard } from '@ymera/testing';
import { InMemoryTimelineStore } from '../testing/in-memory-timeline-store';
import { fact } from '../testing/timeline-store.contract';
import { RecordTimeline } from './record-timeline';
import { TimelineFeed, type FeedItem, type FeedOptions } from './timeline-feed';

const options: FeedOptions = {
  pollMs: 20,
  heartbeatMs: 1000,
  pageSize: 3,
  maxWatchers: 3,
  graceMs: 100,
};

describe('TimelineFeed', () => {
  const setUp = (changed: Partial<FeedOptions> = {}) => {
    const store = new InMemoryTimelineStore();
    const feed = new TimelineFeed(store, { ...options, ...changed }, silentLogger);
    const client = new AbortController();
    const requestId = randomUUID();
    /** Collects until the watch ends. */
    const watch = (after = 0, signal: AbortSignal = client.signal) => {
      const seen: (number | 'heartbeat')[] = [];
      const opened = feed.open(requestId, after, signal);
      const over = (async (items: AsyncGenerator<FeedItem>) => {
        for await (const item of items)
          seen.push(item.kind === 'entry' ? Number(item.entry.data['step']) : 'heartbeat');
      })(opened.ok ? opened.value : failed(opened.error.code));
      return { seen, over };
    };
    const step = (number: number) => fact(requestId, number);
    return { store, feed, client, requestId, watch, step };
  };
  const failed = (code: string): never => {
    throw new Error(code);
  };

  it('returns past entries, then new ones, and ends when its client disconnects', async () => {
    const { store, feed, client, watch, step } = setUp();
    await store.append([1, 2, 3, 4, 5, 6, 7].map(step));
    const { seen, over } = watch();
    await eventually(() => expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]));
    await store.append([step(8)]);
    await eventually(() => expect(seen).toContain(8));
    client.abort();
    await over;
    expect(feed.watchers).toBe(0);
  });

  it('resumes after a position', async () => {
    const { store, client, requestId, watch, step } = setUp();
    await store.append([1, 2, 3].map(step));
    const [, second] = await store.read(requestId, 0, 2);
    const { seen, over } = watch(second?.position);
    await eventually(() => expect(seen).toEqual([3]));
    client.abort();
    await over;
  });

  it('delivers entries of this process at once, without waiting for the next poll', async () => {
    const { store, feed, client, watch, requestId } = setUp({ pollMs: 60_000 });
    const record = new RecordTimeline(store, feed);
    const { seen, over } = watch();
    await eventually(() => expect(feed.watchers).toBe(1));
    for (const number of [1, 2, 3])
      await record.execute([
        { id: randomUUID(), type: 'x', time: new Date(), payload: { request_id: requestId, step: number } },
      ]);
    await eventually(() => expect(seen).toEqual([1, 2, 3]), { timeoutMs: 500 });
    client.abort();
    await over;
  });

  it('does not wake for another request and sends heartbeats', async () => {
    const { store, client, watch } = setUp({ heartbeatMs: 30 });
    const { seen, over } = watch();
    await store.append([fact(randomUUID(), 1)]);
    await eventually(() => expect(seen.length).toBeGreaterThan(1));
    expect(new Set(seen)).toEqual(new Set(['heartbeat']));
    client.abort();
    await over;
  });

  it('holds one page in memory for a client that does not read', async () => {
    const { store, feed, client, requestId, step } = setUp();
    const read = jest.spyOn(store, 'read');
    await store.append(Array.from({ length: 100 }, (_, number) => step(number)));
    const opened = feed.open(requestId, 0, client.signal);
    const items = opened.ok ? opened.value : failed(opened.error.code);
    await items.next();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(read).toHaveBeenCalledTimes(1);
    client.abort();
    await items.return(undefined);
  });

  it('ends after the grace period of an ended request', async () => {
    const { store, feed, requestId, watch, step } = setUp();
    await store.append([step(1), { ...fact(requestId, 2), type: requestEnded.key }]);
    const { seen, over } = watch();
    await eventually(() => expect(seen).toEqual([1, 2]));
    await store.append([step(3)]);
    await over;
    expect(seen.filter((item) => item !== 'heartbeat')).toEqual([1, 2, 3]);
    expect(feed.watchers).toBe(0);
  });

  it('ends once all entries are delivered when the grace period is already over', async () => {
    const { store, feed, client, requestId, step } = setUp({ graceMs: 60_000 });
    await store.append([1, 2, 3, 4].map(step));
    const opened = feed.open(requestId, 0, client.signal, 60_001);
    const seen: unknown[] = [];
    for await (const item of opened.ok ? opened.value : failed(opened.error.code)) seen.push(item.kind);
    expect(seen).toEqual(['entry', 'entry', 'entry', 'entry']);
    expect(feed.watchers).toBe(0);
  });

  it('rejects a watcher above the maximum', async () => {
    const { feed, client, watch, requestId } = setUp();
    const watches = [watch(), watch(), watch()];
    expect(feed.open(requestId, 0, client.signal)).toMatchObject({ error: { code: 'too_many_watchers' } });
    feed.close();
    await Promise.all(watches.map(({ over }) => over));
    expect(feed.watchers).toBe(0);
  });

  it('releases the slot of a client that disconnects before its watch starts', async () => {
    const { feed, client, requestId } = setUp();
    feed.open(requestId, 0, client.signal);
    client.abort();
    expect(feed.watchers).toBe(0);
  });

  it('misses no entry after an outage of the store', async () => {
    const { store, client, watch, step } = setUp({ pollMs: 5 });
    const { seen, over } = watch();
    await store.append([step(1)]);
    await eventually(() => expect(seen).toEqual([1]));
    const poll = jest.spyOn(store, 'changedSince').mockRejectedValue(new Error('away'));
    await store.append([step(2)]);
    await eventually(() => expect(seen).toEqual([1, 2]));
    poll.mockRestore();
    await store.append([step(3)]);
    await eventually(() => expect(seen).toEqual([1, 2, 3]));
    client.abort();
    await over;
  });
});
leakGuard();
