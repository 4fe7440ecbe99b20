import { Controller, Inject } from '@nestjs/common';
import { agentRetired, agentStandingChanged, subscriptions } from '@ymera/contracts';
import { OnEventBatch, type Received } from '@ymera/messaging';
import { Authenticate } from '../../application/authenticate';
import { RecordAlerts } from '../../application/record-alerts';
import { RecordTimeline } from '../../application/record-timeline';

const principalChanges: readonly string[] = [agentStandingChanged.key, agentRetired.key];

@Controller()
export class TimelineController {
  constructor(
    @Inject(RecordTimeline) private readonly timeline: RecordTimeline,
    @Inject(RecordAlerts) private readonly alerts: RecordAlerts,
    @Inject(Authenticate) private readonly authenticate: Authenticate,
  ) {}

  /** Short, because a person watches: an event waits only a few milliseconds for its batch. */
  @OnEventBatch(subscriptions.gateway, { max: 200, waitMs: 5 })
  async record(events: Received<unknown>[]): Promise<void> {
    for (const { type, payload } of events)
      if (principalChanges.includes(type))
        this.authenticate.forgetPrincipal((payload as { readonly principal_id: string }).principal_id);
    await this.alerts.execute(events);
    await this.timeline.execute(events);
  }
}
