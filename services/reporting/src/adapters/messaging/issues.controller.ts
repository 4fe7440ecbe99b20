import { Controller, Inject } from '@nestjs/common';
import { agentQueues, issueRaised, type PayloadOf } from '@ymera/contracts';
import { ack, OnAgentMessage, retry, type Disposition, type Received } from '@ymera/messaging';
import { RaiseIssue } from '../../application/raise-issue';

@Controller()
export class IssuesController {
  constructor(@Inject(RaiseIssue) private readonly raiseIssue: RaiseIssue) {}

  @OnAgentMessage(agentQueues.events, issueRaised)
  async issue(message: Received<PayloadOf<typeof issueRaised>>): Promise<Disposition> {
    const { principalId, payload: issue, attempts } = message;
    const outcome = await this.raiseIssue.execute({ principalId, issue, attempts });
    return outcome.kind === 'later' ? retry(outcome.afterMs, outcome.code) : ack();
  }
}
