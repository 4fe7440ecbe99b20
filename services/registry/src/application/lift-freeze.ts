import type { liftFreeze, PayloadOf, ReplyOf } from '@ymera/contracts';
import { isStorable, type Clock, type Result } from '@ymera/kernel';
import { agentResourceOf } from '../domain/agent';
import { isLiftable, liftSanction } from '../domain/sanction-status';
import type { ApplySanctionChange, SanctionAftermath } from './apply-sanction-change';
import type { RegistryTransaction, RegistryUnitOfWork } from './ports';
import { attempt, refuse } from './refusal';

type Request = PayloadOf<typeof liftFreeze>;

const minReasonLength = 10;

/** An administrator lifts what good reports do not, with a reason; both are stored. */
export class LiftFreeze {
  constructor(
    private readonly unitOfWork: RegistryUnitOfWork,
    private readonly standing: ApplySanctionChange,
    private readonly clock: Clock,
  ) {}

  execute(request: Request): Promise<Result<ReplyOf<typeof liftFreeze>>> {
    return attempt(async () => {
      if (!request.actor.roles.includes('admin'))
        refuse('forbidden', 'admin_required', 'Requires role admin to lift a freeze.');
      if (request.reason.trim().length < minReasonLength)
        refuse(
          'validation',
          'reason_too_short',
          `The reason is too short. Give at least ${minReasonLength} characters.`,
        );
      if (!isStorable(request.reason))
        refuse(
          'validation',
          'text_invalid',
          'The reason contains a NUL or half of a surrogate pair. Remove it.',
        );
      const { agent, aftermath } = await this.unitOfWork.run((tx) => this.lift(tx, request));
      await this.standing.carryOut(aftermath);
      return agentResourceOf(agent);
    });
  }

  private async lift(tx: RegistryTransaction, { agent_id: agentId, actor, reason }: Request) {
    const before = await tx.agents.lock(agentId);
    if (!before) refuse('not_found', 'agent_not_found', `Agent ${agentId} does not exist.`);
    if (!isLiftable(before))
      refuse('illegal_state', 'agent_not_frozen', `Agent ${agentId} is not frozen.`, {
        suggestion: 'A suspension for missed reports ends by itself when the agent reports again.',
      });
    const change = liftSanction(before, actor.name, reason, this.clock.now());
    await tx.agents.save(change.agent);
    const aftermath: SanctionAftermath = await this.standing.publish(tx, change);
    return { agent: change.agent, aftermath };
  }
}
