import { Controller, Inject } from '@nestjs/common';
import { fleetOverview, getAgentStatus, type PayloadOf } from '@ymera/contracts';
import { OnQuery } from '@ymera/messaging';
import { ReadFleet } from '../../application/read-fleet';

/** Queries of other services. */
@Controller()
export class StatusQueriesController {
  constructor(@Inject(ReadFleet) private readonly fleet: ReadFleet) {}

  @OnQuery(getAgentStatus)
  status(payload: PayloadOf<typeof getAgentStatus>) {
    return this.fleet.status(payload);
  }

  @OnQuery(fleetOverview)
  overview() {
    return Promise.resolve(this.fleet.overview());
  }
}
