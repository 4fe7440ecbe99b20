import { ok, type Result } from '@ymera/kernel';
import type { RequestDirectory, TimelineStore } from './ports';
import type { FeedItem, TimelineFeed } from './timeline-feed';

/** A request's history from a position on, and what is still to come. */
export class WatchRequest {
  constructor(
    private readonly timeline: Pick<TimelineStore, 'read'>,
    private readonly requests: RequestDirectory,
    private readonly feed: TimelineFeed,
  ) {}

  async execute(
    requestId: string,
    after: number,
    signal: AbortSignal,
  ): Promise<Result<AsyncGenerator<FeedItem>>> {
    const known = await this.#isKnown(requestId);
    return known.ok ? this.feed.open(requestId, after, signal) : known;
  }

  /** A request just accepted has no history yet: then its owner is asked. */
  async #isKnown(requestId: string): Promise<Result<void>> {
    const [first] = await this.timeline.read(requestId, 0, 1);
    return first ? ok(undefined) : this.requests.find(requestId);
  }
}
