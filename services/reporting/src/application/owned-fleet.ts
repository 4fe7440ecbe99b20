import { failure, FailureException } from '@ymera/kernel';
import type { AgentState } from '../domain/agent-state';
import { Fleet, type FleetEntry } from '../domain/fleet';
import {
  interrupted,
  observe,
  startingIngest,
  type IngestHealth,
  type Trouble,
} from '../domain/ingest-health';
import { decide, type Decision, type LivenessPolicy } from '../domain/liveness';
import { TimingWheel } from '../domain/timing-wheel';
import type { HeldPartition, KnownAgent } from './ports';
import { SerialLane } from './serial-lane';

export interface OwnedFleetSettings {
  /** Of this process; a new one after each start. */
  readonly owner: string;
  readonly policy: LivenessPolicy;
  /** Until a principal's hello has said otherwise. */
  readonly defaultWindowMs: number;
  readonly wheelTickMs: number;
  readonly wheelSlots: number;
}

/**
 * What this instance holds in memory: its partitions with their epochs, their agents, one deadline for each agent that
 * is not offline, and the health of ingest. Use cases that change agents run in `lane`.
 */
export class OwnedFleet {
  readonly owner: string;
  readonly fleet: Fleet;
  readonly lane = new SerialLane();
  private readonly wheel: TimingWheel<FleetEntry>;
  private readonly policy: LivenessPolicy;
  private readonly epochs = new Map<number, number>();
  private ingest: IngestHealth = startingIngest;

  constructor(settings: OwnedFleetSettings, now: number) {
    this.owner = settings.owner;
    this.policy = settings.policy;
    this.fleet = new Fleet(settings.defaultWindowMs);
    this.wheel = new TimingWheel(settings.wheelTickMs, settings.wheelSlots, now);
  }

  get health(): IngestHealth {
    return this.ingest;
  }

  /** Deadlines that wait. */
  get deadlines(): number {
    return this.wheel.size;
  }

  observe(trouble: Trouble, isPresent: boolean, now: number): void {
    this.ingest = observe(this.ingest, trouble, isPresent, now);
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

  hold({ partition, epoch }: HeldPartition): void {
    this.epochs.set(partition, epoch);
  }

  letGo(partitions: readonly number[]): void {
    for (const partition of partitions) this.epochs.delete(partition);
    this.fleet.forget(new Set(partitions));
  }

  /** The partitions of these agents as this instance holds them; fails when it does not. */
  heldBy(agents: Iterable<AgentState>): HeldPartition[] {
    const held = new Map<number, HeldPartition>();
    for (const { partition } of agents) {
      const epoch = this.epochs.get(partition);
      if (epoch === undefined) throw notOwned(partition);
      held.set(partition, { partition, epoch });
    }
    return [...held.values()].sort((a, b) => a.partition - b.partition);
  }

  /** Takes in what the table says of an agent of an owned partition. */
  learn({ state, session, isRetired }: KnownAgent, now: number): void {
    if (session) this.fleet.openSession(state.principalId, session);
    if (isRetired) this.fleet.retire(state.agentId);
    else if (this.owns(state.partition)) {
      const entry = this.fleet.add(state);
      if (entry) this.arm(entry, this.decide(entry, now));
    }
  }

  decide(entry: FleetEntry, now: number): Decision {
    const windowMs = this.fleet.windowMs(entry.state.principalId);
    return decide({ ...entry.state, windowMs }, this.policy, now, this.ingest);
  }

  /** An agent that was offline has no deadline; one that was not has its own already. */
  changed(entry: FleetEntry, state: AgentState, now: number): void {
    const hadDeadline = entry.state.liveness !== 'offline';
    this.fleet.update(entry, state);
    if (!hadDeadline) this.arm(entry, this.decide(entry, now));
  }

  /** Entries whose deadline has come; each is armed again by its holder, or is offline. */
  due(now: number): FleetEntry[] {
    return this.wheel.advance(now).filter((entry) => this.fleet.entry(entry.state.agentId) === entry);
  }

  arm(entry: FleetEntry, { nextCheckAt }: Pick<Decision, 'nextCheckAt'>): void {
    if (nextCheckAt !== null) this.wheel.arm(entry, nextCheckAt);
  }
}

/** A passing condition: the consumer waits until this instance, or another one, holds the partition. */
export const notOwned = (partition: number): FailureException =>
  new FailureException(
    failure('unavailable', 'partition_not_owned', `Report partition ${partition} is not held here.`),
  );
