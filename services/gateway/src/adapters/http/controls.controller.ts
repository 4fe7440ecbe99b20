import { Controller, Inject } from '@nestjs/common';
import { getControlsRoute } from '@ymera/contracts';
import { Route } from '@ymera/http';
import { ReadControls, type Controls } from '../../application/read-controls';

@Controller()
export class ControlsController {
  constructor(@Inject(ReadControls) private readonly controls: ReadControls) {}

  @Route(getControlsRoute)
  read(): Promise<Controls> {
    return this.controls.execute();
  }
}
