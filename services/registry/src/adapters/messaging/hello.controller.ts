import { Controller, Inject } from '@nestjs/common';
import { agentQueues, hello, type PayloadOf } from '@ymera/contracts';
import { ack, dead, OnAgentMessage, type Disposition, type Received } from '@ymera/messaging';
import { OpenSession } from '../../application/open-session';

@Controller()
export class HelloController {
  constructor(@Inject(OpenSession) private readonly openSession: OpenSession) {}

  @OnAgentMessage(agentQueues.hello, hello)
  async hello({ id, principalId, payload }: Received<PayloadOf<typeof hello>>): Promise<Disposition> {
    if (principalId === undefined)
      return dead(
        'identity_missing',
        'The hello has no validated user id. Set user_id to the own user name.',
      );
    const outcome = await this.openSession.execute({ id, principalId, payload });
    return outcome === 'refused'
      ? dead('principal_refused', 'The principal may not open a session. See GET /api/v1/me/status.')
      : ack();
  }
}
