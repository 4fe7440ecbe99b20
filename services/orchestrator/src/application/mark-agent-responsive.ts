import type { OrchestratorUnitOfWork, SanctionStatus, Wake } from './ports';

/** An agent that was taken to be gone has spoken: it may get work again, at once. */
export class MarkAgentResponsive {
  constructor(
    private readonly unitOfWork: OrchestratorUnitOfWork,
    private readonly wake: Wake,
  ) {}

  /** `standing` as the message that it sent found it. Only its own principal can speak for it. */
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
