import { Controller, Inject } from '@nestjs/common';
import { getLanding, pauseLanding, resumeLanding, type ControlState, type PayloadOf } from '@ymera/contracts';
import { ok, type Result } from '@ymera/kernel';
import { OnQuery } from '@ymera/messaging';
import { LandingControl } from '../../application/landing-control';

@Controller()
export class LandingController {
  constructor(@Inject(LandingControl) private readonly landing: LandingControl) {}

  @OnQuery(getLanding)
  async state(): Promise<Result<ControlState>> {
    return ok(await this.landing.state());
  }

  @OnQuery(pauseLanding)
  async pause({ actor, reason }: PayloadOf<typeof pauseLanding>): Promise<Result<ControlState>> {
    return ok(await this.landing.pause(actor, reason));
  }

  @OnQuery(resumeLanding)
  async resume({ actor, reason }: PayloadOf<typeof resumeLanding>): Promise<Result<ControlState>> {
    return ok(await this.landing.resume(actor, reason));
  }
}
