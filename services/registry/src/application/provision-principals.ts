import type { Clock, Logger } from '@ymera/kernel';
import type { Principal } from '../domain/principal';
import type { PrincipalBroker, RegistryMetrics, RegistryReader, RegistryUnitOfWork } from './ports';

/** Rows per pass; the next pass takes the rest. */
const passSize = 100;

/**
 * Brings the broker to the state of the rows: a queue for an enrolled principal; no connections for one without access;
 * no queue and no connections for a retired one.
 * Runs right after the commit that requires it, and from a periodic job, which completes the work of a dead process.
 * Every step is idempotent, also concurrently, so no lock is held while the broker works.
 */
export class ProvisionPrincipals {
  constructor(
    private readonly unitOfWork: RegistryUnitOfWork,
    private readonly reader: RegistryReader,
    private readonly broker: PrincipalBroker,
    private readonly metrics: RegistryMetrics,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  async runPass(): Promise<void> {
    for (const principal of await this.reader.unprovisioned(passSize)) await this.provision(principal);
  }

  /** Never throws: a failed step stays pending. */
  async provision(principal: Principal): Promise<void> {
    try {
      await this.settle(principal);
    } catch (error) {
      this.metrics.provisioningFailed();
      this.logger.warn('principal not provisioned on the broker, will be retried', {
        principal_id: principal.principalId,
        provisioning: principal.provisioning,
        error,
      });
    }
  }

  private async settle({ principalId, provisioning, removalUntil, closeUntil }: Principal): Promise<void> {
    if (closeUntil !== null) {
      await this.broker.closeConnections(principalId);
      if (this.isOver(closeUntil))
        await this.unitOfWork.run((tx) => tx.principals.settleClosing(principalId, closeUntil));
    }
    if (provisioning === 'declare_pending') {
      await this.broker.declareQueue(principalId);
      await this.settled(principalId, provisioning, 'declared');
    }
    if (provisioning === 'remove_pending') {
      await this.broker.closeConnections(principalId);
      await this.broker.deleteQueue(principalId);
      // Until then the broker may accept the principal again on a cached permission.
      if (removalUntil === null || this.isOver(removalUntil))
        await this.settled(principalId, provisioning, 'removed');
    }
  }

  private isOver(until: Date): boolean {
    return until.getTime() <= this.clock.now().getTime();
  }

  private settled(
    principalId: string,
    from: Principal['provisioning'],
    to: Principal['provisioning'],
  ): Promise<void> {
    return this.unitOfWork.run((tx) => tx.principals.settleProvisioning(principalId, from, to));
  }
}
