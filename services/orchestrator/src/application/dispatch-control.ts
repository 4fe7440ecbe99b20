import {
  agentType,
  controlStateOf,
  dispatchPaused,
  dispatchResumed,
  type Actor,
  type ControlState,
} from '@ymera/contracts';
import { isOpen, pauseAfter, pauseVersion, resumed, type Clock } from '@ymera/kernel';
import type { OrchestratorUnitOfWork, Wake } from './ports';

const aggregateId = 'dispatch';
const iso = (time: number): string => new Date(time).toISOString();

/** The brake on all dispatch. Once a pause is committed no offer is: whoever was offering is waited for. */
export class DispatchControl {
  constructor(
    private readonly unitOfWork: OrchestratorUnitOfWork,
    private readonly wake: Pick<Wake, 'mayDispatch'>,
    private readonly clock: Clock,
  ) {}

  /** Given twice, the first one stands. */
  pause({ name }: Actor, reason: string): Promise<ControlState> {
    return this.unitOfWork.run(async (tx) => {
      const last = await tx.pauses.lock();
      if (isOpen(last)) return controlStateOf(last, await tx.steps.countWaiting());
      const pause = pauseAfter(last, { by: name, reason, at: this.now() });
      await tx.pauses.insert(pause);
      await tx.outbox.event(dispatchPaused, {
        aggregateId,
        aggregateVersion: pauseVersion(pause),
        payload: { paused_by: name, reason, paused_at: iso(pause.pausedAt) },
      });
      return controlStateOf(pause, await tx.steps.countWaiting());
    });
  }

  async resume({ name }: Actor, reason: string): Promise<ControlState> {
    const state = await this.unitOfWork.run(async (tx) => {
      const last = await tx.pauses.lock();
      const waiting = await tx.steps.countWaiting();
      if (!isOpen(last)) return controlStateOf(last, waiting);
      const at = this.now();
      const ended = resumed(last, { by: name, reason, at });
      await tx.pauses.end(ended);
      await tx.outbox.event(dispatchResumed, {
        aggregateId,
        aggregateVersion: pauseVersion(ended),
        payload: { resumed_by: name, reason, paused_at: iso(last.pausedAt), resumed_at: iso(at) },
      });
      return controlStateOf(ended, waiting);
    });
    this.wake.mayDispatch(agentType.options);
    return state;
  }

  state(): Promise<ControlState> {
    return this.unitOfWork.run(async (tx) =>
      controlStateOf(await tx.pauses.last(), await tx.steps.countWaiting()),
    );
  }

  private now(): number {
    return this.clock.now().getTime();
  }
}
