import { failure, FailureException, Mutex } from '@ymera/kernel';
import type { AgentState } from '../domain/agent-state';
import { decide, type Decision, type MissedReportPolicy } from '../domain/decide';
import { Fleet, type FleetEntry } from '../domain/fleet';
import type { MassOutagePolicy } from '../domain/group-suppression';
import { groupsOf } from '../domain/groups';
import {
  areMostBehind,
  clearSince,
  interrupted,
  observe,
  partitionInTime,
  startingAuthentication,
  startingIngest,
  type IngestHealth,
  type Trouble,
} from '../domain/ingest-health';
import { TimingWheel } from '../domain/timing-wheel';
import { SuppressedGroups } from './suppressed-groups';
import type { PartitionLease, KnownAgent } from './ports';

export interface OwnedFleetSettings {
  /** Of this process; a new one after each start. */
  readonly owner: string;
  readonly policy: MissedReportPolicy;
  readonly massOutage: MassOutagePolicy;
  /** Until the principal's hello sets it. */
  readonly defaultWindowMs: number;
  readonly wheelTickMs: number;
  readonly wheelSlots: number;
}

/**
 * What this instance holds in memory: its partitions with their epochs, their agents, one deadline for each agent that
 * time alone can make worse, and what our own faults are. Use cases that change agents run under `mutex`.
 */
export class OwnedFleet {
  readonly owner: string;
  readonly fleet: Fleet;
  readonly mutex = new Mutex();
  private readonly wheel: TimingWheel<FleetEntry>;
  readonly policy: MissedReportPolicy;
  readonly suppressedGroups: SuppressedGroups;
  private readonly epochs = new Map<number, number>();
  private ingest: IngestHealth = startingIngest;
  private signIn: IngestHealth = startingAuthentication;
  /** For partitions that are, or once were, behind. */
  private readonly backlogs = new Map<number, IngestHealth>();

  constructor(settings: OwnedFleetSettings, now: number) {
    this.owner = settings.owner;
    this.policy = settings.policy;
    this.fleet = new Fleet(settings.defaultWindowMs);
    this.suppressedGroups = new SuppressedGroups(this.fleet.groups, settings.massOutage);
    this.wheel = new TimingWheel(settings.wheelTickMs, settings.wheelSlots, now);
  }

  get health(): IngestHealth {
    return this.ingest;
  }

  get authentication(): IngestHealth {
    return this.signIn;
  }

  /** Since when no agent was kept from reporting or connecting by us; null while one may be. */
  get clearSince(): number | null {
    return clearSince(this.ingest.healthySince, this.signIn.healthySince);
  }

  /** The same for the agents of one partition, which may be behind by itself. */
  clearSinceIn(partition: number): number | null {
    return clearSince(this.healthIn(partition).healthySince, this.signIn.healthySince);
  }

  /** Partitions whose reports are delayed. */
  get behind(): number {
    return [...this.backlogs.values()].filter(({ healthySince }) => healthySince === null).length;
  }

  /** Deadlines that wait. */
  get deadlines(): number {
    return this.wheel.size;
  }

  observe(trouble: Trouble, isPresent: boolean, now: number): void {
    if (trouble === 'authentication') this.signIn = observe(this.signIn, trouble, isPresent, now);
    else this.ingest = observe(this.ingest, trouble, isPresent, now, this.fleet.minWindowMs);
  }

  observeBacklog(partition: number, isBehind: boolean, now: number): void {
    const health = this.backlogs.get(partition) ?? partitionInTime;
    if (this.owns(partition))
      this.backlogs.set(partition, observe(health, 'backlog', isBehind, now, this.fleet.minWindowMs));
    this.observe('backlog', areMostBehind(this.behind, this.epochs.size), now);
  }

  interrupted(trouble: Trouble, now: number): void {
    this.ingest = interrupted(this.ingest, trouble, now);
  }

  owns(partition: number): boolean {
    return this.epochs.has(partition);
  }

  get partitions(): readonly number[] {
    return [...this.epochs.keys()];
  }

  hold({ partition, epoch }: PartitionLease): void {
    this.epochs.set(partition, epoch);
  }

  release(partitions: readonly number[]): void {
    for (const partition of partitions) {
      this.epochs.delete(partition);
      this.backlogs.delete(partition);
    }
    this.fleet.forget(new Set(partitions));
  }

  /** The partitions of these agents as this instance holds them; fails when it does not. */
  heldBy(agents: Iterable<AgentState>): PartitionLease[] {
    const held = new Map<number, PartitionLease>();
    for (const { partition } of agents) {
      const epoch = this.epochs.get(partition);
      if (epoch === undefined) throw notOwned(partition);
      held.set(partition, { partition, epoch });
    }
    return [...held.values()].sort((a, b) => a.partition - b.partition);
  }

  /** Reads the table's state of an agent of an owned partition into memory. */
  learn({ state, session, isRetired }: KnownAgent, now: number): void {
    if (session) this.fleet.openSession(state.principalId, session);
    if (isRetired) this.fleet.retire(state.agentId);
    else if (this.owns(state.partition)) {
      const entry = this.fleet.add(state);
      if (entry) this.arm(entry, this.decide(entry, now));
      else if (state.firstSessionAt !== null) this.expect(state.agentId, state.firstSessionAt, now);
    }
  }

  /** A session was opened for an agent; only its first one counts. For use under the mutex. */
  expect(agentId: string, firstSessionAt: number, now: number): void {
    const entry = this.fleet.entry(agentId);
    if (entry && entry.state.firstSessionAt === null)
      this.changed(entry, { ...entry.state, firstSessionAt }, now);
  }

  decide(entry: FleetEntry, now: number): Decision {
    const { state } = entry;
    const windowMs = this.fleet.windowMs(state.principalId);
    // An agent that is online is not escalated, whatever its groups do.
    const groupsClearSince =
      state.liveness === 'online' ? -Infinity : this.suppressedGroups.clearSince(groupsOf(state), now);
    return decide({ ...state, windowMs }, this.policy, now, {
      ingest: this.healthIn(state.partition),
      clearSince: clearSince(this.clearSinceIn(state.partition), groupsClearSince),
    });
  }

  private healthIn(partition: number): IngestHealth {
    const { healthySince } = this.backlogs.get(partition) ?? partitionInTime;
    return { ...this.ingest, healthySince: clearSince(this.ingest.healthySince, healthySince) };
  }

  /** A pending deadline is never later than the change requires. */
  changed(entry: FleetEntry, state: AgentState, now: number): void {
    this.fleet.update(entry, state);
    if (!entry.isArmed) this.arm(entry, this.decide(entry, now));
  }

  /** Entries whose deadline has passed; the caller arms each of them again. */
  due(now: number): FleetEntry[] {
    const due = this.wheel.advance(now).filter((entry) => this.fleet.entry(entry.state.agentId) === entry);
    for (const entry of due) entry.isArmed = false;
    return due;
  }

  arm(entry: FleetEntry, { nextCheckAt }: Pick<Decision, 'nextCheckAt'>): void {
    if (nextCheckAt === null || entry.isArmed) return;
    entry.isArmed = true;
    this.wheel.arm(entry, nextCheckAt);
  }
}

/** A transient failure: the consumer waits until this instance, or another one, holds the partition. */
export const notOwned = (partition: number): FailureException =>
  new FailureException(
    failure(
      'unavailable',
      'partition_not_owned',
      `This instance does not hold report partition ${partition}. Retry until one does.`,
    ),
  );
