import {
  controlStateOf,
  landingPaused,
  landingResumed,
  type Actor,
  type ControlState,
} from '@ymera/contracts';
import {
  failure,
  FailureException,
  isOpen,
  pauseAfter,
  pauseVersion,
  resumed,
  type Clock,
} from '@ymera/kernel';
import type { LandingQueue } from './landing-queue';
import type { IntegrationUnitOfWork } from './ports';

const aggregateId = 'landing';
/** Longer than git may take to move a branch, and to say where it stands then. */
const waitForLandingsMs = 60_000;
const iso = (time: number): string => new Date(time).toISOString();

/** The brake on all landing. Once a pause is answered no branch moves: a landing under way is waited for. */
export class LandingControl {
  constructor(
    private readonly unitOfWork: IntegrationUnitOfWork,
    private readonly underWay: Pick<LandingQueue, 'waitUntilIdle'>,
    private readonly clock: Clock,
    /** Called after the commit; orders that wait are carried out. */
    private readonly afterResumption: () => void,
  ) {}

  /**
   * Given twice, the first one stands. Throws `landing_under_way` (retryable) when a branch may move still; the pause is in
   * force then all the same.
   */
  async pause(actor: Actor, reason: string): Promise<ControlState> {
    const state = await this.beginPause(actor, reason);
    // The transaction has waited for the landings whose sessions live; git may still be at work for one whose session died.
    if (!(await this.underWay.waitUntilIdle(waitForLandingsMs)))
      throw new FailureException(landingInProgress);
    return state;
  }

  private beginPause({ name }: Actor, reason: string): Promise<ControlState> {
    return this.unitOfWork.run(async (tx) => {
      const last = await tx.pauses.lock();
      if (isOpen(last)) return controlStateOf(last, await tx.waiting.count());
      const pause = pauseAfter(last, { by: name, reason, at: this.now() });
      await tx.pauses.insert(pause);
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
      const last = await tx.pauses.lock();
      const waiting = await tx.waiting.count();
      if (!isOpen(last)) return controlStateOf(last, waiting);
      const at = this.now();
      const ended = resumed(last, { by: name, reason, at });
      await tx.pauses.end(ended);
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
    return this.unitOfWork.run(async (tx) =>
      controlStateOf(await tx.pauses.last(), await tx.waiting.count()),
    );
  }

  private now(): number {
    return this.clock.now().getTime();
  }
}

const landingInProgress = failure(
  'unavailable',
  'landing_under_way',
  'Landing is paused, but a landing that began before has not ended yet.',
  { suggestion: 'Pause again: it is answered once no branch can move any more.' },
);
