import type { OrchestratorUnitOfWork, Standing, Wake } from './ports';

/** An agent that was taken to be gone has spoken: it may get work again, at once. */
export class HearAgent {
  constructor(
    private readonly unitOfWork: OrchestratorUnitOfWork,
    private readonly wake: Wake,
  ) {}

  /** `standing` as the message that it sent found it. Only its own principal can speak for it. */
  async hear(
    speaker: { readonly agentId: string; readonly principalId: string },
    standing: Standing | undefined,
  ): Promise<void> {
    if (!standing?.isSilent || standing.principalId !== speaker.principalId) return;
    const types = await this.unitOfWork.run(async (tx) => {
      await tx.directory.hear(speaker.agentId);
      return tx.directory.typesOf([speaker.agentId]);
    });
    this.wake.mayDispatch(types);
  }
}
