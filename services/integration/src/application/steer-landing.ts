import { landingPaused, landingResumed, type Actor, type ControlState } from '@ymera/contracts';
import type { Clock } from '@ymera/kernel';
import { isOpen, type LandingPause } from '../domain/landing-pause';
import type { IntegrationUnitOfWork } from './ports';

/** Each pause tells two facts. */
const versionOf = ({ number, end }: LandingPause): number => number * 2 - (end ? 0 : 1);
const aggregateId = 'landing';
const iso = (time: number): string => new Date(time).toISOString();

/** The brake on all landing. Once a pause is answered no branch moves: a landing under way is waited for. */
export class SteerLanding {
  constructor(
    private readonly unitOfWork: IntegrationUnitOfWork,
    private readonly clock: Clock,
    /** Called after the commit; orders that wait are carried out. */
    private readonly resumed: () => void,
  ) {}

  /** Given twice, the first one stands. */
  pause({ name }: Actor, reason: string): Promise<ControlState> {
    return this.unitOfWork.run(async (tx) => {
      const last = await tx.brake.lock();
      if (isOpen(last)) return stateOf(last, await tx.waiting.count());
      const pausedAt = this.now();
      const number = (last?.number ?? 0) + 1;
      const pause = { number, pausedBy: name, reason, pausedAt, end: undefined };
      await tx.brake.insert(pause);
      await tx.outbox.event(landingPaused, {
        aggregateId,
        aggregateVersion: versionOf(pause),
        payload: { paused_by: name, reason, paused_at: iso(pausedAt) },
      });
      return stateOf(pause, await tx.waiting.count());
    });
  }

  async resume({ name }: Actor, reason: string): Promise<ControlState> {
    const state = await this.unitOfWork.run(async (tx) => {
      const last = await tx.brake.lock();
      const waiting = await tx.waiting.count();
      if (!isOpen(last)) return stateOf(last, waiting);
      const resumedAt = this.now();
      const ended = { ...last, end: { resumedBy: name, reason, resumedAt } };
      await tx.brake.end(ended);
      await tx.outbox.event(landingResumed, {
        aggregateId,
        aggregateVersion: versionOf(ended),
        payload: {
          resumed_by: name,
          reason,
          paused_at: iso(last.pausedAt),
          resumed_at: iso(resumedAt),
        },
      });
      return stateOf(ended, waiting);
    });
    this.resumed();
    return state;
  }

  state(): Promise<ControlState> {
    return this.unitOfWork.run(async (tx) => stateOf(await tx.brake.last(), await tx.waiting.count()));
  }

  private now(): number {
    return this.clock.now().getTime();
  }
}

function stateOf(pause: LandingPause | undefined, waiting: number): ControlState {
  if (isOpen(pause))
    return {
      state: 'paused',
      since: iso(pause.pausedAt),
      changed_by: pause.pausedBy,
      reason: pause.reason,
      waiting,
    };
  const end = pause?.end;
  return {
    state: 'running',
    since: end ? iso(end.resumedAt) : null,
    changed_by: end?.resumedBy ?? null,
    reason: end?.reason ?? null,
    waiting,
  };
}
