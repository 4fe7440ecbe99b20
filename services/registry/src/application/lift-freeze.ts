import type { liftFreeze, PayloadOf, ReplyOf } from '@ymera/contracts';
import { isStorable, type Clock, type Result } from '@ymera/kernel';
import { agentResourceOf } from '../domain/agent';
import { isLiftable, liftSanction } from '../domain/sanction-status';
import type { ApplySanctionChange, SanctionAftermath } from './apply-sanction-change';
import type { RegistryTransaction, RegistryUnitOfWork } from './ports';
import { attempt, refuse } from './refusal';

type Request = PayloadOf<typeof liftFreeze>;

const minReasonLength = 10;

/** What good reports do not end, an administrator does, with a reason that is kept with the name. */
export class LiftFreeze {
  constructor(
    private readonly unitOfWork: RegistryUnitOfWork,
    private readonly standing: ApplySanctionChange,
    private readonly clock: Clock,
  ) {}

  execute(request: Request): Promise<Result<ReplyOf<typeof liftFreeze>>> {
    return attempt(async () => {
      if (!request.actor.roles.includes('admin'))
        refuse('forbidden', 'admin_required', 'Only an administrator lifts a freeze.');
      if (request.reason.trim().length < minReasonLength)
        refuse('validation', 'reason_too_short', `A reason has at least ${minReasonLength} characters.`);
      if (!isStorable(request.reason))
        refuse('validation', 'text_invalid', 'The reason holds a NUL or half of a surrogate pair.');
      const { agent, aftermath } = await this.unitOfWork.run((tx) => this.lift(tx, request));
      await this.standing.carryOut(aftermath);
      return agentResourceOf(agent);
    });
  }

  private async lift(tx: RegistryTransaction, { agent_id: agentId, actor, reason }: Request) {
    const before = await tx.agents.lock(agentId);
    if (!before) refuse('not_found', 'agent_not_found', `There is no agent ${agentId}.`);
    if (!isLiftable(before))
      refuse('illegal_state', 'agent_not_frozen', `The agent ${agentId} is not frozen.`, {
        suggestion: 'A suspension for silence ends by itself when the agent reports again.',
      });
    const change = liftSanction(before, actor.name, reason, this.clock.now());
    await tx.agents.save(change.agent);
    const aftermath: SanctionAftermath = await this.standing.publish(tx, change);
    return { agent: change.agent, aftermath };
  }
}
