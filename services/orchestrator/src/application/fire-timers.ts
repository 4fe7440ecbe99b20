import { mapConcurrently, type Clock, type Logger } from '@ymera/kernel';
import { putOff } from '../domain/dispatch-pause';
import { currentAttempt, type Workflow, type Time } from '../domain/workflow';
import type { WorkflowEvent } from '../domain/workflow-event';
import type { WorkflowPolicy } from '../domain/workflow-policy';
import { detectDowntime, recordRunning, type Uptime } from '../domain/downtime';
import { eventOfTimer, timersOf, type Timer, type TimerKind } from '../domain/timers';
import { runIsolated } from './run-isolated';
import type { DueTimer, OrchestratorMetrics, OrchestratorUnitOfWork, Transaction } from './ports';
import type { WorkflowEngine } from './workflow-engine';

const batch = 200;
/** Timers fired at a time; they are independent of each other. */
const concurrency = 4;
/** A timer whose event changes nothing, or cannot be worked out, would be due for ever. */
const fruitlessPauseMs = 5_000;

interface Dependencies {
  readonly unitOfWork: OrchestratorUnitOfWork;
  readonly engine: WorkflowEngine;
  readonly clock: Clock;
  readonly policy: WorkflowPolicy;
  readonly metrics: OrchestratorMetrics;
  readonly logger: Logger;
}

/** What is held against nobody for the time that we were away ourselves; leases and offers are prolonged in their table. */
const extendableTimers: readonly TimerKind[] = ['deadline', 'queue', 'gate_expiry', 'budget'];

/** Makes happen what time makes happen. The table of timers is the truth; whoever calls decides how often to look. */
export class FireTimers {
  private presence: Uptime | undefined;

  constructor(private readonly deps: Dependencies) {}

  /**
   * Fires what is due; returns when to look again, undefined when there is nothing. `meantAt` is when the caller meant to
   * look, so that the time it waited on purpose is no absence; undefined at its first look.
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
   * The time now. While we could not look (we were down, or stopped, or the database or the broker was away) agents went
   * on working and what they and people said waits in the queue. No lease is lost, and no other time is over, for that.
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
    const advanced = await runIsolated(logger, 'a timer could not be fired', { ...timer }, () =>
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

  /** The timer as the run owes it now, with what agents have said since. */
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
