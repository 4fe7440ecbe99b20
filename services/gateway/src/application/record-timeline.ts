import { timelineFact } from '../domain/timeline';
import type { TimelineFeed } from './timeline-feed';
import type { TimelineStore } from './ports';

type RecordedEvent = Parameters<typeof timelineFact>[0];

/** Records each event once in its request's timeline and wakes the watchers. */
export class RecordTimeline {
  constructor(
    private readonly store: TimelineStore,
    private readonly feed: Pick<TimelineFeed, 'kick'>,
  ) {}

  async execute(events: readonly RecordedEvent[]): Promise<void> {
    const facts = events.map(timelineFact).filter((fact) => fact !== undefined);
    if (facts.length === 0) return;
    await this.store.append(facts);
    this.feed.kick();
  }
}
