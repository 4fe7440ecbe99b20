import { agentType, dispatchPaused, dispatchResumed, type Actor, type ControlState } from '@ymera/contracts';
import type { Clock } from '@ymera/kernel';
import { isOpen, type DispatchPause } from '../domain/dispatch-pause';
import type { OrchestratorUnitOfWork, Wake } from './ports';

/** Each pause tells two facts. */
const versionOf = ({ number, end }: DispatchPause): number => number * 2 - (end ? 0 : 1);
const aggregateId = 'dispatch';
const iso = (time: number): string => new Date(time).toISOString();

/** The brake on all dispatch. Once a pause is committed no offer is: whoever was offering is waited for. */
export class SteerDispatch {
  constructor(
    private readonly unitOfWork: OrchestratorUnitOfWork,
    private readonly wake: Pick<Wake, 'mayDispatch'>,
    private readonly clock: Clock,
  ) {}

  /** Given twice, the first one stands. */
  async pause({ name }: Actor, reason: string): Promise<ControlState> {
    return this.unitOfWork.run(async (tx) => {
      const last = await tx.brake.lock();
      const pause: DispatchPause = isOpen(last)
        ? last
        : {
            number: (last?.number ?? 0) + 1,
            pausedBy: name,
            reason,
            pausedAt: this.now(),
            end: undefined,
          };
      if (pause !== last) {
        await tx.brake.insert(pause);
        await tx.outbox.event(dispatchPaused, {
          aggregateId,
          aggregateVersion: versionOf(pause),
          payload: { paused_by: name, reason, paused_at: iso(pause.pausedAt) },
        });
      }
      return stateOf(pause, await tx.steps.countWaiting());
    });
  }

  async resume({ name }: Actor, reason: string): Promise<ControlState> {
    const { state, hasResumed } = await this.unitOfWork.run(async (tx) => {
      const last = await tx.brake.lock();
      const waiting = await tx.steps.countWaiting();
      if (!isOpen(last)) return { state: stateOf(last, waiting), hasResumed: false };
      const resumedAt = this.now();
      const ended = { ...last, end: { resumedBy: name, reason, resumedAt } };
      await tx.brake.end(ended);
      await tx.outbox.event(dispatchResumed, {
        aggregateId,
        aggregateVersion: versionOf(ended),
        payload: {
          resumed_by: name,
          reason,
          paused_at: iso(last.pausedAt),
          resumed_at: iso(resumedAt),
        },
      });
      return { state: stateOf(ended, waiting), hasResumed: true };
    });
    if (hasResumed) this.wake.mayDispatch(agentType.options);
    return state;
  }

  async state(): Promise<ControlState> {
    return this.unitOfWork.run(async (tx) => stateOf(await tx.brake.last(), await tx.steps.countWaiting()));
  }

  private now(): number {
    return this.clock.now().getTime();
  }
}

function stateOf(pause: DispatchPause | undefined, waiting: number): ControlState {
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
