import type { AgentType } from '@ymera/contracts';
import type { Clock, Logger } from '@ymera/kernel';
import type { Time } from '../domain/workflow/workflow';
import { runIsolated } from './run-isolated';
import type { OrchestratorUnitOfWork, WaitingStep } from './ports';
import type { WorkflowEngine } from './workflow-engine';

const page = 50;

/** Dispatches waiting steps of a type to free agents, longest wait first. */
export class DispatchWaiting {
  constructor(
    private readonly unitOfWork: OrchestratorUnitOfWork,
    private readonly engine: WorkflowEngine,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  async execute(agentType: AgentType): Promise<void> {
    let after: WaitingStep | undefined;
    for (;;) {
      const waiting = await this.unitOfWork.run(async (tx) =>
        (await tx.pauses.whileWorking()) ||
        (await tx.steps.dispatchable(this.now(), [agentType])).length === 0
          ? []
          : tx.steps.waiting(agentType, after, page),
      );
      for (const workflowId of new Set(waiting.map((step) => step.workflowId)))
        await runIsolated(this.logger, 'workflow could not be dispatched', { workflow_id: workflowId }, () =>
          this.engine.advance({ workflowId, event: () => undefined, inTurn: true }),
        );
      after = waiting.at(-1);
      if (waiting.length < page) return;
    }
  }

  /** Every type, for the safety net. */
  async executeAll(): Promise<void> {
    const types = await this.unitOfWork.run((tx) => tx.steps.dispatchable(this.now()));
    for (const type of types) await this.execute(type);
  }

  private now(): Time {
    return this.clock.now().getTime();
  }
}
