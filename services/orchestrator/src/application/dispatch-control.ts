import { PauseSwitch } from '@ymera/unit-of-work';
import { agentType, dispatchPaused, dispatchResumed, type Actor, type ControlState } from '@ymera/contracts';
import type { Clock } from '@ymera/kernel';
import type { OrchestratorStores, OrchestratorUnitOfWork, Wake } from './ports';

/** Pauses all dispatch. Once a pause is committed, no offer is; it waits for offers that are being made. */
export class DispatchControl {
  private readonly switch: PauseSwitch<OrchestratorStores>;

  constructor(
    unitOfWork: OrchestratorUnitOfWork,
    private readonly wake: Pick<Wake, 'mayDispatch'>,
    clock: Clock,
  ) {
    this.switch = new PauseSwitch({
      unitOfWork,
      clock,
      aggregateId: 'dispatch',
      paused: dispatchPaused,
      resumed: dispatchResumed,
      countWaiting: ({ steps }) => steps.countWaiting(),
    });
  }

  pause({ name }: Actor, reason: string): Promise<ControlState> {
    return this.switch.pause(name, reason);
  }

  async resume({ name }: Actor, reason: string): Promise<ControlState> {
    const state = await this.switch.resume(name, reason);
    this.wake.mayDispatch(agentType.options);
    return state;
  }

  state(): Promise<ControlState> {
    return this.switch.state();
  }
}
