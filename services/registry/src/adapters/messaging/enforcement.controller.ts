import { Controller, Inject } from '@nestjs/common';
import { enforcementChanged, type PayloadOf } from '@ymera/contracts';
import { OnEvent, type Received } from '@ymera/messaging';
import { HandleSanctionDecision } from '../../application/handle-sanction-decision';

/** Sanction decisions of reporting. */
@Controller()
export class EnforcementController {
  constructor(@Inject(HandleSanctionDecision) private readonly follow: HandleSanctionDecision) {}

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
