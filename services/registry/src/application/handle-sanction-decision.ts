import type { enforcementChanged, PayloadOf } from '@ymera/contracts';
import { applySanctionDecision } from '../domain/sanction-status';
import type { ApplySanctionChange, SanctionAftermath } from './apply-sanction-change';
import type { RegistryUnitOfWork } from './ports';

export interface EnforcementFact {
  readonly id: string;
  readonly payload: PayloadOf<typeof enforcementChanged>;
  readonly aggregateVersion: number;
}

/** Applies the sanction decisions of reporting to an agent's authority. */
export class HandleSanctionDecision {
  constructor(
    private readonly unitOfWork: RegistryUnitOfWork,
    private readonly standing: ApplySanctionChange,
  ) {}

  async execute({ id, payload, aggregateVersion }: EnforcementFact): Promise<void> {
    const aftermath = await this.unitOfWork.run(async (tx): Promise<SanctionAftermath> => {
      if (!(await tx.inbox.accept('registry.enforcement_changed', id))) return {};
      const before = await tx.agents.lock(payload.agent_id);
      if (!before) return {};
      const { to, cause, reason } = payload;
      const decidedAt = new Date(payload.decided_at);
      const { agent, change } = applySanctionDecision(before, {
        to,
        cause,
        reason,
        decidedAt,
        version: aggregateVersion,
      });
      if (agent === before) return {};
      await tx.agents.save(agent);
      return change ? this.standing.publish(tx, change) : {};
    });
    await this.standing.carryOut(aftermath);
  }
}
