import type { Messages, UnitOfWork } from '@ymera/unit-of-work';
import { InMemoryUnitOfWork } from '@ymera/testing';
import type {
  IdempotencyRecord,
  PrincipalBroker,
  RegistryMetrics,
  RegistryReader,
  RegistryStores,
} from '../application/ports';
import type { Agent } from '../domain/agent';
import type { Credential } from '../domain/credential';
import type { Enrolment } from '../domain/enrolment';
import type { Principal } from '../domain/principal';

interface State {
  readonly enrolments: Map<string, Enrolment>;
  readonly principals: Map<string, Principal>;
  readonly credentials: Map<string, Credential>;
  readonly agents: Map<string, Agent>;
  readonly answers: Map<string, IdempotencyRecord & { readonly expiresAt: Date }>;
}

const isActiveUnder =
  (principalId: string) =>
  (agent: Agent): boolean =>
    agent.principalId === principalId && agent.status === 'active';

const byId = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function storesOf(state: State): RegistryStores {
  const { enrolments, principals, credentials, agents, answers } = state;
  return {
    enrolments: {
      add: async (enrolment) => void enrolments.set(enrolment.keyId, enrolment),
      find: async (keyId) => enrolments.get(keyId),
      async spend(keyId, spentBy, at) {
        const enrolment = enrolments.get(keyId);
        if (!enrolment || enrolment.spentBy !== null || enrolment.expiresAt <= at) return false;
        enrolments.set(keyId, { ...enrolment, spentBy });
        return true;
      },
    },
    principals: {
      async add(principal) {
        if (principals.has(principal.principalId)) return false;
        principals.set(principal.principalId, principal);
        return true;
      },
      lock: async (principalId) => principals.get(principalId),
      save: async (principal) => void principals.set(principal.principalId, principal),
      async settleClosing(principalId, closeUntil) {
        const principal = principals.get(principalId);
        if (principal?.closeUntil?.getTime() === closeUntil.getTime())
          principals.set(principalId, { ...principal, closeUntil: null });
      },
      async settleProvisioning(principalId, from, to) {
        const principal = principals.get(principalId);
        if (principal?.provisioning === from) principals.set(principalId, { ...principal, provisioning: to });
      },
    },
    credentials: {
      add: async (credential) => void credentials.set(credential.keyId, credential),
      async revokeAll(principalId, at) {
        for (const credential of credentials.values())
          if (credential.principalId === principalId && credential.revokedAt === null)
            credentials.set(credential.keyId, { ...credential, revokedAt: at });
      },
    },
    agents: {
      async add(agent) {
        if (agents.has(agent.agentId)) return false;
        agents.set(agent.agentId, agent);
        return true;
      },
      lock: async (agentId) => agents.get(agentId),
      save: async (agent) => void agents.set(agent.agentId, agent),
      activeAmong: async (principalId, agentIds) =>
        agentIds
          .filter((id) => agents.get(id)?.principalId === principalId && agents.get(id)?.status === 'active')
          .sort(byId),
      sanctionsOf: async (principalId) =>
        [...agents.values()].filter(isActiveUnder(principalId)).map(({ standing }) => ({
          status: standing.status,
          cause: standing.cause,
        })),
    },
    idempotency: {
      async claim({ scope, keyHash }, { requestDigest, now, expiresAt }) {
        const key = `${scope} ${keyHash}`;
        const record = answers.get(key);
        if (record && record.expiresAt > now) return record;
        answers.set(key, { requestDigest, sealedReply: '', expiresAt });
        return undefined;
      },
      async answer({ scope, keyHash }, sealedReply) {
        const record = answers.get(`${scope} ${keyHash}`);
        if (record) answers.set(`${scope} ${keyHash}`, { ...record, sealedReply });
      },
    },
  };
}

/** The registry's tables and reads in memory, under the same contract as the real ones. */
export class InMemoryRegistry implements UnitOfWork<RegistryStores>, RegistryReader {
  isUnavailable = false;
  readonly unitOfWork = new InMemoryUnitOfWork<State, RegistryStores>(
    {
      enrolments: new Map(),
      principals: new Map(),
      credentials: new Map(),
      agents: new Map(),
      answers: new Map(),
    },
    storesOf,
  );

  run<R>(work: (tx: RegistryStores & Messages) => Promise<R>): Promise<R> {
    return this.unitOfWork.run(work);
  }

  async accessByName(principalId: string) {
    const principal = this.unitOfWork.state.principals.get(principalId);
    const credentials = [...this.unitOfWork.state.credentials.values()].filter(
      (credential) => credential.principalId === principalId,
    );
    return principal && { principal, credentials };
  }

  async principalOfKey(keyId: string) {
    return this.unitOfWork.state.credentials.get(keyId)?.principalId;
  }

  async agent(agentId: string) {
    return this.unitOfWork.state.agents.get(agentId);
  }

  async agents({ agentType, status, after, limit }: Parameters<RegistryReader['agents']>[0]) {
    return [...this.unitOfWork.state.agents.values()]
      .filter((agent) => agentType === undefined || agent.agentType === agentType)
      .filter((agent) => status === undefined || agent.status === status)
      .filter(({ agentId }) => after === undefined || agentId > after)
      .sort((a, b) => byId(a.agentId, b.agentId))
      .slice(0, limit);
  }

  async activeAgentsOf(principalId: string) {
    return [...this.unitOfWork.state.agents.values()]
      .filter(isActiveUnder(principalId))
      .sort((a, b) => byId(a.agentId, b.agentId));
  }

  async check(): Promise<void> {
    if (this.isUnavailable) throw new Error('the database is unavailable');
  }

  async unprovisioned(limit: number) {
    return [...this.unitOfWork.state.principals.values()]
      .filter(({ provisioning, closeUntil }) => provisioning.endsWith('_pending') || closeUntil !== null)
      .slice(0, limit);
  }
}

/** The broker's queues as a set; fails while `isUnavailable`. */
export class InMemoryPrincipalBroker implements PrincipalBroker {
  readonly queues = new Set<string>();
  readonly closed: string[] = [];
  isUnavailable = false;

  async declareQueue(principalId: string): Promise<void> {
    this.reach();
    this.queues.add(principalId);
  }

  async deleteQueue(principalId: string): Promise<void> {
    this.reach();
    this.queues.delete(principalId);
  }

  async closeConnections(principalId: string): Promise<void> {
    this.reach();
    this.closed.push(principalId);
  }

  private reach(): void {
    if (this.isUnavailable) throw new Error('the broker is unavailable');
  }
}

export class RecordedMetrics implements RegistryMetrics {
  readonly failures: string[] = [];
  unknownAgents = 0;
  provisioningFailures = 0;
  readonly sanctions: string[] = [];

  authenticationFailed(code: string): void {
    this.failures.push(code);
  }

  unknownAgentsInHello(count: number): void {
    this.unknownAgents += count;
  }

  provisioningFailed(): void {
    this.provisioningFailures += 1;
  }

  sanctionStatusChanged(status: string, cause: string): void {
    this.sanctions.push(`${status} ${cause}`);
  }
}
