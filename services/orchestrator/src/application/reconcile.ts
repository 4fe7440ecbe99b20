import type { Clock, Logger } from '@ymera/kernel';
import { apart } from './apart';
import type { DispatchWaiting } from './dispatch-waiting';
import type { OrchestratorMetrics, OrchestratorUnitOfWork, Orphan } from './ports';

interface Dependencies {
  readonly unitOfWork: OrchestratorUnitOfWork;
  readonly dispatch: DispatchWaiting;
  readonly clock: Clock;
  readonly metrics: OrchestratorMetrics;
  readonly logger: Logger;
  /**
   * Resolves when everything that is due has been fired. While it rejects nothing can be fired, so what is overdue only
   * waits.
   */
  readonly fired: () => Promise<void>;
  /** A step may be without anything that moves it for this long before it counts. */
  readonly periodMs: number;
}

/**
 * The safety net under everything else: finds steps that nothing would ever move, and puts back what moves them. Finding
 * one means a bug or a hand in the database, so it is logged and measured.
 */
export class Reconcile {
  constructor(private readonly deps: Dependencies) {}

  async execute(): Promise<void> {
    const hasFired = await this.deps.fired().then(
      () => true,
      () => false,
    );
    if (hasFired) await this.repairOrphans();
    await this.deps.dispatch.executeAll();
  }

  private async repairOrphans(): Promise<void> {
    const { unitOfWork, clock, metrics, logger, periodMs } = this.deps;
    const orphans = await unitOfWork.run((tx) => tx.steps.orphans(clock.now().getTime() - periodMs));
    metrics.orphans(orphans.length);
    for (const orphan of orphans) {
      logger.warn('a step had nothing that would move it', { ...orphan });
      await apart(logger, 'a run could not be repaired', { ...orphan }, () => this.repair(orphan));
    }
  }

  private async repair({ workflowId }: Orphan): Promise<void> {
    await this.deps.unitOfWork.run(async (tx) => {
      const stored = await tx.runs.lock(workflowId);
      if (stored) await tx.runs.repair(stored.run);
    });
  }
}
