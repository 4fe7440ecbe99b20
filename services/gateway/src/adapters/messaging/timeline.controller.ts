import { Controller, Inject } from '@nestjs/common';
import { subscriptions } from '@ymera/contracts';
import { OnEventBatch, type Received } from '@ymera/messaging';
import { RecordTimeline } from '../../application/record-timeline';

@Controller()
export class TimelineController {
  constructor(@Inject(RecordTimeline) private readonly timeline: RecordTimeline) {}

  /** A person watches: a fact waits a few milliseconds for company, not more. */
  @OnEventBatch(subscriptions.gateway, { max: 200, waitMs: 5 })
  async record(events: Received<unknown>[]): Promise<void> {
    await this.timeline.execute(events);
  }
}
