import type { BeforeApplicationShutdown } from '@nestjs/common';
import type { TimelineFeed } from '../../application/timeline-feed';

/** Open streams would keep the server from closing; their clients reconnect to another instance. */
export class EndWatches implements BeforeApplicationShutdown {
  constructor(private readonly feed: Pick<TimelineFeed, 'close'>) {}

  beforeApplicationShutdown(): void {
    this.feed.close();
  }
}
