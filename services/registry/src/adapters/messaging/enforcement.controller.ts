import { Controller, Inject } from '@nestjs/common';
import { enforcementChanged, type PayloadOf } from '@ymera/contracts';
import { OnEvent, type Received } from '@ymera/messaging';
import { FollowEnforcement } from '../../application/follow-enforcement';

/** What reporting decides. */
@Controller()
export class EnforcementController {
  constructor(@Inject(FollowEnforcement) private readonly follow: FollowEnforcement) {}

  /** Events always carry their aggregate's version; the transport refuses one without. */
  @OnEvent(enforcementChanged)
  changed({
    id,
    payload,
    aggregateVersion = 1,
  }: Received<PayloadOf<typeof enforcementChanged>>): Promise<void> {
    return this.follow.execute({ id, payload, aggregateVersion });
  }
}
