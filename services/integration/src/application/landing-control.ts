import { PauseSwitch } from '@ymera/unit-of-work';
import { landingPaused, landingResumed, type Actor, type ControlState } from '@ymera/contracts';
import { failure, FailureException, type Clock } from '@ymera/kernel';
import type { LandingQueue } from './landing-queue';
import type { IntegrationStores, IntegrationUnitOfWork } from './ports';

/** Longer than git may take to move a branch, and to say where it stands then. */
const waitForLandingsMs = 60_000;

/** Pauses all landing. Once a pause is answered no branch moves: a landing under way is waited for. */
export class LandingControl {
  private readonly switch: PauseSwitch<IntegrationStores>;

  constructor(
    unitOfWork: IntegrationUnitOfWork,
    private readonly underWay: Pick<LandingQueue, 'waitUntilIdle'>,
    clock: Clock,
    /** Called after the commit; orders that wait are carried out. */
    private readonly afterResumption: () => void,
  ) {
    this.switch = new PauseSwitch({
      unitOfWork,
      clock,
      aggregateId: 'landing',
      paused: landingPaused,
      resumed: landingResumed,
      countWaiting: ({ waiting }) => waiting.count(),
    });
  }

  /**
   * A repeated pause keeps the first one. Throws `landing_under_way` (retryable) when a branch may still move; the pause is in
   * force nevertheless.
   */
  async pause({ name }: Actor, reason: string): Promise<ControlState> {
    const state = await this.switch.pause(name, reason);
    // The transaction has waited for the landings whose sessions live; git may still be at work for one whose session died.
    if (!(await this.underWay.waitUntilIdle(waitForLandingsMs)))
      throw new FailureException(landingInProgress);
    return state;
  }

  async resume({ name }: Actor, reason: string): Promise<ControlState> {
    const state = await this.switch.resume(name, reason);
    this.afterResumption();
    return state;
  }

  state(): Promise<ControlState> {
    return this.switch.state();
  }
}

const landingInProgress = failure(
  'unavailable',
  'landing_under_way',
  'Landing is paused, but an earlier landing has not ended yet.',
  { suggestion: 'Pause again; the answer comes once no branch can move.' },
);
