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
import { DispatchControl } from '../../application/dispatch-control';

@Controller()
export class DispatchController {
  constructor(@Inject(DispatchControl) private readonly dispatch: DispatchControl) {}

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
