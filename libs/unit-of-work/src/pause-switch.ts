import { isOpen, pauseAfter, pauseVersion, resumed, type Clock, type Pause } from '@ymera/kernel';
import {
  controlStateOf,
  type ControlState,
  type EventContract,
  type pausedPayload,
  type resumedPayload,
} from '@ymera/contracts';
import type { UnitOfWork } from './unit-of-work';

/** Pauses of some work; the open one, if any, is in force. Inside of one transaction. */
export interface PauseStore {
  /** The open pause. None begins before the transaction ends, so what it does then was not paused. */
  whileWorking(): Promise<Pause | undefined>;
  /** The newest pause, open or not. Waits for those at work; the work stands still until the transaction ends. */
  lock(): Promise<Pause | undefined>;
  last(): Promise<Pause | undefined>;
  /** Those that were not over by then (milliseconds since 1970), oldest first. */
  since(time: number): Promise<readonly Pause[]>;
  insert(pause: Pause): Promise<void>;
  end(pause: Pause): Promise<void>;
}

interface PauseSwitchOptions<Stores extends { readonly pauses: PauseStore }> {
  readonly unitOfWork: UnitOfWork<Stores>;
  readonly clock: Clock;
  /** Of both events. */
  readonly aggregateId: string;
  readonly paused: EventContract<typeof pausedPayload>;
  readonly resumed: EventContract<typeof resumedPayload>;
  readonly countWaiting: (stores: Stores) => Promise<number>;
}

/**
 * Pauses and resumes some work of a service, and publishes both. A second order of the same kind changes nothing and gets the
 * state that the first one made. Once a pause is committed no transaction works that asks `whileWorking` first.
 */
export class PauseSwitch<Stores extends { readonly pauses: PauseStore }> {
  constructor(private readonly options: PauseSwitchOptions<Stores>) {}

  pause(by: string, reason: string): Promise<ControlState> {
    const { unitOfWork, aggregateId, paused, countWaiting } = this.options;
    return unitOfWork.run(async (tx) => {
      const last = await tx.pauses.lock();
      if (isOpen(last)) return controlStateOf(last, await countWaiting(tx));
      const pause = pauseAfter(last, { by, reason, at: this.now() });
      await tx.pauses.insert(pause);
      await tx.outbox.event(paused, {
        aggregateId,
        aggregateVersion: pauseVersion(pause),
        payload: { paused_by: by, reason, paused_at: iso(pause.pausedAt) },
      });
      return controlStateOf(pause, await countWaiting(tx));
    });
  }

  resume(by: string, reason: string): Promise<ControlState> {
    const { unitOfWork, aggregateId, resumed: event, countWaiting } = this.options;
    return unitOfWork.run(async (tx) => {
      const last = await tx.pauses.lock();
      const waiting = await countWaiting(tx);
      if (!isOpen(last)) return controlStateOf(last, waiting);
      const at = this.now();
      const ended = resumed(last, { by, reason, at });
      await tx.pauses.end(ended);
      await tx.outbox.event(event, {
        aggregateId,
        aggregateVersion: pauseVersion(ended),
        payload: { resumed_by: by, reason, paused_at: iso(last.pausedAt), resumed_at: iso(at) },
      });
      return controlStateOf(ended, waiting);
    });
  }

  state(): Promise<ControlState> {
    const { unitOfWork, countWaiting } = this.options;
    return unitOfWork.run(async (tx) => controlStateOf(await tx.pauses.last(), await countWaiting(tx)));
  }

  private now(): number {
    return this.options.clock.now().getTime();
  }
}

const iso = (time: number): string => new Date(time).toISOString();
