import {
  controlStateOf,
  landingPaused,
  landingResumed,
  type Actor,
  type ControlState,
} from '@ymera/contracts';
import { isOpen, pauseAfter, pauseVersion, resumed, type Clock } from '@ymera/kernel';
import type { IntegrationUnitOfWork } from './ports';

const aggregateId = 'landing';
const iso = (time: number): string => new Date(time).toISOString();

/** The brake on all landing. Once a pause is answered no branch moves: a landing under way is waited for. */
export class SteerLanding {
  constructor(
    private readonly unitOfWork: IntegrationUnitOfWork,
    private readonly clock: Clock,
    /** Called after the commit; orders that wait are carried out. */
    private readonly afterResumption: () => void,
  ) {}

  /** Given twice, the first one stands. */
  pause({ name }: Actor, reason: string): Promise<ControlState> {
    return this.unitOfWork.run(async (tx) => {
      const last = await tx.brake.lock();
      if (isOpen(last)) return controlStateOf(last, await tx.waiting.count());
      const pause = pauseAfter(last, { by: name, reason, at: this.now() });
      await tx.brake.insert(pause);
      await tx.outbox.event(landingPaused, {
        aggregateId,
        aggregateVersion: pauseVersion(pause),
        payload: { paused_by: name, reason, paused_at: iso(pause.pausedAt) },
      });
      return controlStateOf(pause, await tx.waiting.count());
    });
  }

  async resume({ name }: Actor, reason: string): Promise<ControlState> {
    const state = await this.unitOfWork.run(async (tx) => {
      const last = await tx.brake.lock();
      const waiting = await tx.waiting.count();
      if (!isOpen(last)) return controlStateOf(last, waiting);
      const at = this.now();
      const ended = resumed(last, { by: name, reason, at });
      await tx.brake.end(ended);
      await tx.outbox.event(landingResumed, {
        aggregateId,
        aggregateVersion: pauseVersion(ended),
        payload: { resumed_by: name, reason, paused_at: iso(last.pausedAt), resumed_at: iso(at) },
      });
      return controlStateOf(ended, waiting);
    });
    this.afterResumption();
    return state;
  }

  state(): Promise<ControlState> {
    return this.unitOfWork.run(async (tx) => controlStateOf(await tx.brake.last(), await tx.waiting.count()));
  }

  private now(): number {
    return this.clock.now().getTime();
  }
}
