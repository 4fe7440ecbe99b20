import { Controller, Inject } from '@nestjs/common';
import { agentStandingChanged, type PayloadOf } from '@ymera/contracts';
import { ack, OnEvent, retry, type Disposition, type Received } from '@ymera/messaging';
import { ProjectSanctionStatus } from '../../application/project-sanction-status';

/** Any instance may get any agent's event; redelivery reaches the instance that holds the agent sooner or later. */
const elsewhereMs = 1_000;

@Controller()
export class SanctionStatusController {
  constructor(@Inject(ProjectSanctionStatus) private readonly standing: ProjectSanctionStatus) {}

  @OnEvent(agentStandingChanged)
  async changed({ id, payload }: Received<PayloadOf<typeof agentStandingChanged>>): Promise<Disposition> {
    const outcome = await this.standing.execute({ id, payload });
    return outcome === 'elsewhere' ? retry(elsewhereMs, 'partition_not_owned') : ack();
  }
}
