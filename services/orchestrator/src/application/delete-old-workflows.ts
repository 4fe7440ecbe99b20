import type { Clock, Logger } from '@ymera/kernel';
import type { OrchestratorUnitOfWork } from './ports';

const dayMs = 86_400_000;
const workflowsPerTransaction = 100;

export interface WorkflowRetention {
  /** Of an ended workflow with its attempts, gates and decisions. */
  readonly workflowDays: number;
  /** Of the logs of an ended workflow. */
  readonly logDays: number;
}

/** Deletes workflows and logs some time after the workflow's end; a running workflow keeps all it has. */
export class DeleteOldWorkflows {
  constructor(
    private readonly unitOfWork: OrchestratorUnitOfWork,
    private readonly clock: Clock,
    private readonly retention: WorkflowRetention,
    private readonly logger: Logger,
  ) {}

  async execute(): Promise<void> {
    const { workflowDays, logDays } = this.retention;
    const before = (days: number): number => this.clock.now().getTime() - days * dayMs;
    const workflows = await this.inBatches((limit) =>
      this.unitOfWork.run((tx) => tx.runs.deleteEndedBefore(before(workflowDays), limit)),
    );
    const logs = await this.inBatches((limit) =>
      this.unitOfWork.run((tx) => tx.runs.deleteLogsOfEndedBefore(before(logDays), limit)),
    );
    if (workflows + logs > 0)
      this.logger.info('old workflows deleted', { workflows, logs_of_workflows: logs });
  }

  private async inBatches(deleteSome: (limit: number) => Promise<number>): Promise<number> {
    for (let all = 0; ;) {
      const deleted = await deleteSome(workflowsPerTransaction);
      all += deleted;
      if (deleted < workflowsPerTransaction) return all;
    }
  }
}
