import { Controller, Inject } from '@nestjs/common';
import {
  getDispatch,
  pauseDispatch,
  resumeDispatch,
  type ControlState,
  type PayloadOf,
} from '@ymera/contracts';
import { ok, type Result } from '@ymera/kernel';
import { OnQuery } from '@ymera/messaging';
import { SteerDispatch } from '../../application/steer-dispatch';

@Controller()
export class DispatchController {
  constructor(@Inject(SteerDispatch) private readonly dispatch: SteerDispatch) {}

  @OnQuery(getDispatch)
  async state(): Promise<Result<ControlState>> {
    return ok(await this.dispatch.state());
  }

  @OnQuery(pauseDispatch)
  async pause({ actor, reason }: PayloadOf<typeof pauseDispatch>): Promise<Result<ControlState>> {
    return ok(await this.dispatch.pause(actor, reason));
  }

  @OnQuery(resumeDispatch)
  async resume({ actor, reason }: PayloadOf<typeof resumeDispatch>): Promise<Result<ControlState>> {
    return ok(await this.dispatch.resume(actor, reason));
  }
}
