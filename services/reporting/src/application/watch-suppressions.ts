import { enforcementHeld, enforcementResumed } from '@ymera/contracts';
import type { Outbox } from '@ymera/unit-of-work';
import { uuidv7 } from '@ymera/kernel';
import { graceMs } from '../domain/escalation';
import { nextIncident, reasonOf, type SuppressionCause, type Incident } from '../domain/incident';
import type { OwnedFleet } from './owned-fleet';
import type { OpenSuppression, ReportingUnitOfWork } from './ports';

/**
 * Publishes suppressions: one incident when sanctions are delayed for long enough to matter, and its end when missed
 * reports count again. The incidents of a dead instance are ended by the one that takes over.
 */
export class WatchSuppressions {
  private incident: Incident | null = null;
  /** The `healthySince` for which the open incidents of other instances were last searched: once per take-over. */
  private tidySince: number | null = null;

  constructor(
    private readonly unitOfWork: ReportingUnitOfWork,
    private readonly owned: OwnedFleet,
  ) {}

  /** Why sanctions are suppressed at the moment, also while that is too short for an incident. */
  get current(): Incident | null {
    return this.incident;
  }

  /** An event that cannot be written now is written when the database is available again. */
  async execute(now: number): Promise<void> {
    const { policy, fleet, partitions, clearSince } = this.owned;
    const group = this.owned.suppressedGroups.current(now);
    const cause = partitions.length === 0 ? null : this.cause(now, group?.group);
    const raiseAfterMs = policy.enforcement.escalateAfterWindows.none * fleet.defaultWindowMs;
    const next = nextIncident(this.incident, cause, now, raiseAfterMs);
    if (next?.kind === 'open' && this.incident?.kind !== 'open')
      await this.raise(next, group?.silent ?? fleet.counts().agents);
    const isOver = this.incident?.kind === 'open' || this.tidySince !== clearSince;
    if (next === null && partitions.length > 0 && isOver) {
      await this.resume();
      this.tidySince = clearSince;
    }
    this.incident = next;
  }

  private cause(now: number, group: string | undefined): SuppressionCause | null {
    const { health, authentication, clearSince, policy, fleet } = this.owned;
    const [trouble] = [...health.troubles, ...authentication.troubles];
    if (trouble !== undefined) return { reason: reasonOf(trouble) };
    if (group !== undefined) return { reason: 'mass_silence', group };
    const isInGrace =
      clearSince !== null && now - clearSince < graceMs(policy.enforcement, fleet.defaultWindowMs);
    return isInGrace && this.incident?.kind === 'open' ? this.incident.cause : null;
  }

  private async raise({ cause, since }: Incident, affected: number): Promise<void> {
    const hold: OpenSuppression = { id: uuidv7(), reason: cause.reason, since };
    await this.unitOfWork.run(async (tx) => {
      await tx.holds.open(this.owned.owner, hold);
      await tx.outbox.event(enforcementHeld, {
        aggregateId: hold.id,
        aggregateVersion: 1,
        payload: {
          reason_code: cause.reason,
          ...(cause.group === undefined ? {} : { group: cause.group }),
          since: timeOf(since),
          affected,
        },
      });
    });
  }

  private async resume(): Promise<void> {
    await this.unitOfWork.run(async (tx) => {
      for (const hold of await tx.holds.close(this.owned.owner)) await announceEnd(tx.outbox, hold);
    });
  }
}

const announceEnd = (outbox: Outbox, { id, reason, since }: OpenSuppression): Promise<void> =>
  outbox.event(enforcementResumed, {
    aggregateId: id,
    aggregateVersion: 2,
    payload: { held_since: timeOf(since), reason_code: reason },
  });

const timeOf = (milliseconds: number): string => new Date(milliseconds).toISOString();
