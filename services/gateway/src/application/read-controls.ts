import type { ControlState } from '@ymera/contracts';
import type { ControlDirectory } from './ports';

export interface Controls {
  readonly dispatch: ControlState | null;
  readonly landing: ControlState | null;
}

/** Both pause switches. In an outage one unavailable service must not hide the state of the other, so it is null. */
export class ReadControls {
  constructor(private readonly controls: ControlDirectory) {}

  async execute(): Promise<Controls> {
    const [dispatch, landing] = await Promise.all([this.controls.dispatch(), this.controls.landing()]);
    return { dispatch: dispatch.ok ? dispatch.value : null, landing: landing.ok ? landing.value : null };
  }
}
