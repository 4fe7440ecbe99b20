import type { OrchestratorUnitOfWork, SanctionStatus, Wake } from './ports';

/** An agent that was presumed lost has sent something: it may get work again, at once. */
export class MarkAgentResponsive {
  constructor(
    private readonly unitOfWork: OrchestratorUnitOfWork,
    private readonly wake: Wake,
  ) {}

  /** `standing` as read when its message arrived. Only the agent's own principal can speak for it. */
  async markResponsive(
    speaker: { readonly agentId: string; readonly principalId: string },
    standing: SanctionStatus | undefined,
  ): Promise<void> {
    if (!standing?.isUnresponsive || standing.principalId !== speaker.principalId) return;
    const types = await this.unitOfWork.run(async (tx) => {
      await tx.directory.markResponsive(speaker.agentId);
      return tx.directory.typesOf([speaker.agentId]);
    });
    this.wake.mayDispatch(types);
  }
}
