import { agentRetired, type PayloadOf, type ReplyOf, type retireAgent } from '@ymera/contracts';
import { isStorable, type Clock, type Result } from '@ymera/kernel';
import { agentResourceOf, retireAgent as retired, type Agent } from '../domain/agent';
import { retirePrincipal, type Principal } from '../domain/principal';
import type { ApplySanctionChange } from './apply-sanction-change';
import type { AccessCache, RegistryStores, RegistryTransaction, RegistryUnitOfWork } from './ports';
import type { ProvisionPrincipals } from './provision-principals';
import { attempt, refuse } from './refusal';

type Request = PayloadOf<typeof retireAgent>;

interface Retirement {
  readonly agent: Agent;
  /**
   * A principal that exists only for this agent is retired with it; another one is derived from its remaining agents.
   */
  readonly principal?: Principal;
}

/** Retires an agent for good; idempotent. */
export class RetireAgent {
  constructor(
    private readonly unitOfWork: RegistryUnitOfWork,
    private readonly provisioning: ProvisionPrincipals,
    private readonly cache: AccessCache,
    private readonly standing: ApplySanctionChange,
    private readonly clock: Clock,
    /** Time for which the broker may use a cached permission. */
    private readonly brokerCacheMs: number,
  ) {}

  execute(request: Request): Promise<Result<ReplyOf<typeof retireAgent>>> {
    return attempt(async () => {
      if (!request.actor.roles.includes('admin'))
        refuse('forbidden', 'admin_required', 'Requires role admin to retire an agent.');
      if (!isStorable(request.reason))
        refuse(
          'validation',
          'text_invalid',
          'The reason contains a NUL or half of a surrogate pair. Remove it.',
        );
      const { agent, principal } = await this.unitOfWork.run((tx) => this.retire(tx, request));
      if (principal) {
        this.cache.invalidate(principal.principalId);
        await this.provisioning.provision(principal);
      }
      return agentResourceOf(agent);
    });
  }

  private async retire(tx: RegistryTransaction, request: Request): Promise<Retirement> {
    const before = await tx.agents.lock(request.agent_id);
    if (!before) refuse('not_found', 'agent_not_found', `Agent ${request.agent_id} does not exist.`);
    if (before.status === 'retired') return { agent: before };
    const now = this.clock.now();
    const agent = retired(before, request.actor.name, request.reason, now);
    await tx.agents.save(agent);
    await tx.outbox.event(agentRetired, {
      aggregateId: agent.agentId,
      aggregateVersion: agent.version,
      payload: {
        agent_id: agent.agentId,
        principal_id: agent.principalId,
        reason: request.reason,
        retired_by: request.actor.name,
      },
    });
    const principal = await this.leave(tx, agent.principalId, now);
    return principal ? { agent, principal } : { agent };
  }

  private async leave(tx: RegistryStores, principalId: string, now: Date): Promise<Principal | undefined> {
    const host = await tx.principals.lock(principalId);
    if (!host) return undefined;
    const remaining = { ...host, agentCount: host.agentCount - 1 };
    if (!host.servesOneAgent) {
      await tx.principals.save(remaining);
      return this.standing.includePrincipal(tx, principalId);
    }
    const gone = retirePrincipal(remaining, new Date(now.getTime() + this.brokerCacheMs));
    await tx.principals.save(gone);
    await tx.credentials.revokeAll(principalId, now);
    return gone;
  }
}
