import { type Clock, err, failure, ok, type Result } from '@ymera/kernel';
import type { RequestDirectory, TimelineExtent, TimelineStore } from './ports';
import type { FeedItem, TimelineFeed } from './timeline-feed';

export interface OpenWatch {
  readonly items: AsyncGenerator<FeedItem>;
  /** The request has ended and the client has all entries: the watch ends at once, and a reconnect would be useless. */
  readonly isComplete: boolean;
}

const positionUnknown = failure(
  'conflict',
  'position_unknown',
  'Last-Event-ID is not a position of this stream: it is newer than the newest event, or its events have been deleted.',
  { suggestion: 'Omit Last-Event-ID to read from the beginning.' },
);

/** A request's entries after a position, and the new ones. */
export class WatchRequest {
  constructor(
    private readonly timeline: Pick<TimelineStore, 'extentOf'>,
    private readonly requests: RequestDirectory,
    private readonly feed: TimelineFeed,
    private readonly clock: Clock,
  ) {}

  async execute(requestId: string, after: number, signal: AbortSignal): Promise<Result<OpenWatch>> {
    const known = await this.#extentOf(requestId);
    if (!known.ok) return known;
    const { newest, endedAt } = known.value;
    // A client that waits here for entries that were already delivered would never get any.
    if (after > newest) return err(positionUnknown);
    const isComplete = endedAt !== undefined && after > 0 && after === newest;
    const endedMsAgo =
      endedAt === undefined
        ? undefined
        : isComplete
          ? Infinity
          : this.clock.now().getTime() - endedAt.getTime();
    const items = this.feed.open(requestId, after, signal, endedMsAgo);
    return items.ok ? ok({ items: items.value, isComplete }) : items;
  }

  /** A request without entries is either new or long ended: then the owner of the request decides. */
  async #extentOf(requestId: string): Promise<Result<TimelineExtent>> {
    const extent = await this.timeline.extentOf(requestId);
    if (extent.newest > 0) return ok(extent);
    const found = await this.requests.find(requestId);
    return found.ok ? ok({ newest: 0, endedAt: found.value.endedAt }) : found;
  }
}
