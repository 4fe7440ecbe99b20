import { agentStandingChanged } from '@ymera/contracts';
import type { Clock } from '@ymera/kernel';
import { brokerAccess } from '../domain/broker-authorisation';
import { derivePrincipalStatus } from '../domain/principal-status';
import type { Principal } from '../domain/principal';
import type { SanctionChange } from '../domain/sanction-status';
import type { AccessCache, RegistryMetrics, RegistryStores, RegistryTransaction } from './ports';
import type { ProvisionPrincipals } from './provision-principals';

/** Actions to run once the transaction has committed. */
export interface SanctionAftermath {
  readonly change?: SanctionChange | undefined;
  /** The principal after the change, if it changed with its agents. */
  readonly principal?: Principal | undefined;
}

/**
 * The common part of every change of sanction status: the event, the principal that is derived from its agents, and
 * afterwards the caches and the connections. The caller has locked and saved the agent.
 */
export class ApplySanctionChange {
  constructor(
    private readonly provisioning: ProvisionPrincipals,
    private readonly cache: AccessCache,
    private readonly metrics: RegistryMetrics,
    private readonly clock: Clock,
    /** Time for which the broker may use a cached permission. */
    private readonly brokerCacheMs: number,
  ) {}

  async publish(tx: RegistryTransaction, change: SanctionChange): Promise<SanctionAftermath> {
    const { agent, cause } = change;
    await tx.outbox.event(agentStandingChanged, {
      aggregateId: agent.agentId,
      aggregateVersion: agent.version,
      payload: {
        agent_id: agent.agentId,
        principal_id: agent.principalId,
        status: agent.standing.status,
        cause,
        credential_epoch: agent.credentialEpoch,
        reason: agent.standing.reason,
        changed_by: agent.standing.changedBy,
        changed_at: agent.standing.changedAt.toISOString(),
      },
    });
    return { change, principal: await this.includePrincipal(tx, agent.principalId) };
  }

  /** Locked before the agents are counted: of two concurrent changes the second sees the first. */
  async includePrincipal(tx: RegistryStores, principalId: string): Promise<Principal | undefined> {
    const before = await tx.principals.lock(principalId);
    if (!before) return undefined;
    const closeUntil = new Date(this.clock.now().getTime() + this.brokerCacheMs);
    const after = derivePrincipalStatus(before, await tx.agents.sanctionsOf(principalId), closeUntil);
    if (after === before) return undefined;
    await tx.principals.save(after);
    return after;
  }

  /** After the commit. The periodic job retries what fails here. */
  async carryOut({ change, principal }: SanctionAftermath): Promise<void> {
    if (change) this.metrics.sanctionStatusChanged(change.agent.standing.status, change.cause);
    if (!principal) return;
    this.cache.invalidate(principal.principalId);
    if (brokerAccess(principal) === 'none') await this.provisioning.provision(principal);
  }
}
