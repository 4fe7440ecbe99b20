import type { Clock, Logger } from '@ymera/kernel';
import { runIsolated } from './run-isolated';
import type { DispatchWaiting } from './dispatch-waiting';
import type { OrchestratorMetrics, OrchestratorUnitOfWork, Orphan } from './ports';

interface Dependencies {
  readonly unitOfWork: OrchestratorUnitOfWork;
  readonly dispatch: DispatchWaiting;
  readonly clock: Clock;
  readonly metrics: OrchestratorMetrics;
  readonly logger: Logger;
  /**
   * Resolves when every due timer has been fired. While it rejects, timers cannot be fired, so overdue steps only wait.
   */
  readonly fired: () => Promise<void>;
  /** Time that a step may be without a timer before it counts as orphaned. */
  readonly periodMs: number;
}

/**
 * The safety net under everything else: finds steps without a pending timer, and restores it. An orphan means a bug or
 * a manual change of the database, so it is logged and measured.
 */
export class Reconcile {
  constructor(private readonly deps: Dependencies) {}

  async execute(): Promise<void> {
    const orphans = await this.findOrphans();
    if (orphans) await this.repairAll(orphans);
    await this.deps.dispatch.executeAll();
  }

  /**
   * Undefined when timers cannot be fired. Checked twice, each time after firing what is due: while the database is
   * slow or has just come back, late steps look like orphans at first.
   */
  private async findOrphans(): Promise<readonly Orphan[] | undefined> {
    if (!(await this.hasFired())) return undefined;
    const found = await this.unmoved();
    if (found.length === 0) return found;
    if (!(await this.hasFired())) return undefined;
    const isStill = new Set(found.map(nameOf));
    return (await this.unmoved()).filter((orphan) => isStill.has(nameOf(orphan)));
  }

  private unmoved(): Promise<readonly Orphan[]> {
    const { unitOfWork, clock, periodMs } = this.deps;
    return unitOfWork.run((tx) => tx.steps.orphans(clock.now().getTime() - periodMs));
  }

  private hasFired(): Promise<boolean> {
    return this.deps.fired().then(
      () => true,
      () => false,
    );
  }

  private async repairAll(orphans: readonly Orphan[]): Promise<void> {
    const { metrics, logger } = this.deps;
    metrics.orphans(orphans.length);
    for (const orphan of orphans) {
      logger.warn('orphaned step repaired', { ...orphan });
      await runIsolated(logger, 'orphaned step could not be repaired', { ...orphan }, () =>
        this.repair(orphan),
      );
    }
  }

  private async repair({ workflowId }: Orphan): Promise<void> {
    await this.deps.unitOfWork.run(async (tx) => {
      const stored = await tx.runs.lock(workflowId);
      if (stored) await tx.runs.repair(stored.workflow);
    });
  }
}

const nameOf = ({ workflowId, stepId }: Orphan): string => `${workflowId}/${stepId}`;
