import { mapConcurrently, type Clock, type Logger } from '@ymera/kernel';
import { putOff } from '../domain/attempt/dispatch-pause';
import { currentAttempt, type Workflow, type Time } from '../domain/workflow/workflow';
import type { WorkflowEvent } from '../domain/workflow/workflow-event';
import type { WorkflowPolicy } from '../domain/workflow/workflow-policy';
import { detectDowntime, recordRunning, type Uptime } from '../domain/agents/downtime';
import { eventOfTimer, timersOf, type Timer, type TimerKind } from '../domain/workflow/timers';
import { runIsolated } from './run-isolated';
import type { DueTimer, OrchestratorMetrics, OrchestratorUnitOfWork, Transaction } from './ports';
import type { WorkflowEngine } from './workflow-engine';

const batch = 200;
/** Timers fired at a time; they are independent of each other. */
const concurrency = 4;
/** Postpones a timer whose event changes nothing, or whose handling fails; it would be due forever. */
const fruitlessPauseMs = 5_000;

interface Dependencies {
  readonly unitOfWork: OrchestratorUnitOfWork;
  readonly engine: WorkflowEngine;
  readonly clock: Clock;
  readonly policy: WorkflowPolicy;
  readonly metrics: OrchestratorMetrics;
  readonly logger: Logger;
}

/** Timers that are extended by our own downtime; leases and offers are extended in their table. */
const extendableTimers: readonly TimerKind[] = ['deadline', 'queue', 'gate_expiry', 'budget'];

/** Fires due timers. The timers table is the truth; the caller decides how often to look. */
export class FireTimers {
  private presence: Uptime | undefined;

  constructor(private readonly deps: Dependencies) {}

  /**
   * Fires what is due; returns when to look again, undefined when there is no timer. `meantAt` is the planned time of
   * this pass, so that a planned wait is not a downtime; undefined at the first pass.
   */
  async fireDue(meantAt?: Time): Promise<Time | undefined> {
    const { unitOfWork, clock } = this.deps;
    if (meantAt !== undefined) this.wasPresent(meantAt);
    for (;;) {
      const now = await this.extendForDowntime();
      const due = await unitOfWork.run((tx) => tx.timers.due(now, batch));
      this.wasPresent(now);
      await mapConcurrently(due, concurrency, (timer) => this.fire(timer));
      if (due.length < batch) break;
    }
    const next = await unitOfWork.run((tx) => tx.timers.next());
    this.wasPresent(clock.now().getTime());
    return next;
  }

  /**
   * The time now. During a downtime (of this process, the database or the broker) agents went on working, and their
   * messages and people's decisions wait in the queue. No lease is lost, and no other timeout expires, because of that.
   */
  private async extendForDowntime(): Promise<Time> {
    const { unitOfWork, policy, clock } = this.deps;
    const now = clock.now().getTime();
    const before = this.presence;
    const { presence, isExtended } = detectDowntime(before, now, policy.leaseMs);
    this.presence = presence;
    if (!isExtended) return now;
    try {
      await unitOfWork.run((tx) => tx.attempts.extendAll(presence.extendedUntil));
    } catch (error) {
      this.presence = before;
      throw error;
    }
    return now;
  }

  private wasPresent(at: Time): void {
    this.presence = recordRunning(this.presence, at);
  }

  private async fire(timer: DueTimer): Promise<void> {
    const { engine, logger, unitOfWork } = this.deps;
    const { workflowId } = timer;
    const now = await this.extendForDowntime();
    const advanced = await runIsolated(logger, 'timer could not be fired', { ...timer }, () =>
      engine.advance({
        workflowId,
        event: (workflow, tx) => this.eventOf(tx, workflow, timer, now),
        unknown: (tx) => tx.timers.drop(workflowId),
      }),
    );
    this.wasPresent(now);
    const isFruitless = advanced?.kind === 'advanced' && advanced.before === advanced.after;
    if (advanced === undefined || isFruitless)
      await unitOfWork.run((tx) => tx.timers.postponeDue(timer, now, now + fruitlessPauseMs));
  }

  private async eventOf(
    tx: Transaction,
    workflow: Workflow,
    { stepId, kind }: DueTimer,
    now: Time,
  ): Promise<WorkflowEvent | undefined> {
    const timer = await this.owed(tx, workflow, { stepId, kind });
    if (!timer) {
      await tx.runs.repair(workflow);
      return undefined;
    }
    if (timer.dueAt > now) {
      await tx.timers.postpone(workflow.definition.workflow_id, timer);
      return undefined;
    }
    this.deps.metrics.timerFired(now - timer.dueAt);
    return eventOfTimer(workflow, stepId, kind);
  }

  /** The timer as the workflow requires it now, with the agents' latest progress. */
  private async owed(
    tx: Transaction,
    workflow: Workflow,
    { stepId, kind }: Pick<DueTimer, 'stepId' | 'kind'>,
  ): Promise<Timer | undefined> {
    const timer = this.extended(
      timersOf(workflow, this.deps.policy).find((one) => one.stepId === stepId && one.kind === kind),
    );
    const step = workflow.steps[stepId];
    const attempt = step && currentAttempt(step);
    if (timer && (kind === 'queue' || kind === 'budget')) return this.extendForPauses(tx, workflow, timer);
    if (!timer || !attempt || (kind !== 'lease' && kind !== 'offer')) return timer;
    const limits = await tx.attempts.limitsOf(attempt);
    return { ...timer, dueAt: Math.max(timer.dueAt, limits?.[kind] ?? 0) };
  }

  private extended(timer: Timer | undefined): Timer | undefined {
    if (!timer || !extendableTimers.includes(timer.kind)) return timer;
    return { ...timer, dueAt: Math.max(timer.dueAt, this.presence?.extendedUntil ?? timer.dueAt) };
  }

  private async extendForPauses(tx: Transaction, workflow: Workflow, timer: Timer): Promise<Timer> {
    const { clock, policy } = this.deps;
    const pauses = await tx.pauses.since(workflow.startedAt);
    return { ...timer, dueAt: putOff(timer, workflow, pauses, clock.now().getTime(), policy) };
  }
}
