import { Controller, Inject } from '@nestjs/common';
import {
  changeLanded,
  changeMaterialised,
  changeRefused,
  landingRefused,
  type PayloadOf,
} from '@ymera/contracts';
import { OnEvent, type Received } from '@ymera/messaging';
import { HandleIntegrationOutcome } from '../../application/handle-integration-outcome';

@Controller()
export class IntegrationEventsController {
  constructor(@Inject(HandleIntegrationOutcome) private readonly integration: HandleIntegrationOutcome) {}

  @OnEvent(changeMaterialised)
  committed({ id, payload }: Received<PayloadOf<typeof changeMaterialised>>): Promise<void> {
    return this.integration.committed(id, payload);
  }

  @OnEvent(changeRefused)
  refused({ id, payload }: Received<PayloadOf<typeof changeRefused>>): Promise<void> {
    return this.integration.refused(id, payload);
  }

  @OnEvent(changeLanded)
  landed({ id, payload }: Received<PayloadOf<typeof changeLanded>>): Promise<void> {
    return this.integration.landed(id, payload);
  }

  @OnEvent(landingRefused)
  landingRefused({ id, payload }: Received<PayloadOf<typeof landingRefused>>): Promise<void> {
    return this.integration.landingRefused(id, payload);
  }
}
