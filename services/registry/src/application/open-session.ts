import { sessionOpened, welcome, type hello, type PayloadOf } from '@ymera/contracts';
import type { Clock } from '@ymera/kernel';
import { brokerAccess, type BrokerAccess } from '../domain/broker-authorisation';
import { openSession } from '../domain/principal';
import type { RegistryMetrics, RegistryUnitOfWork } from './ports';

export interface Hello {
  readonly id: string;
  /** The user id that the broker validated. */
  readonly principalId: string;
  readonly payload: PayloadOf<typeof hello>;
}

export type HelloOutcome = 'welcomed' | 'repeated' | 'refused';

/**
 * Answers a hello with a new session, higher than every earlier one. Agents that the principal does not own are left
 * out of the answer. Agents choose their message ids, so a redelivery is recognised by the principal's own row.
 */
export class OpenSession {
  constructor(
    private readonly unitOfWork: RegistryUnitOfWork,
    private readonly metrics: RegistryMetrics,
    private readonly clock: Clock,
    private readonly reportIntervalS: number,
  ) {}

  async execute(message: Hello): Promise<HelloOutcome> {
    const { outcome, unknownAgents } = await this.unitOfWork.run(async (tx) => {
      const before = await tx.principals.lock(message.principalId);
      const access: BrokerAccess = before ? brokerAccess(before) : 'none';
      if (!before || access === 'none') return { outcome: 'refused' as const, unknownAgents: 0 };
      if (before.lastHelloId === message.id) return { outcome: 'repeated' as const, unknownAgents: 0 };

      const principal = openSession(before, message.id);
      await tx.principals.save(principal);
      const named = [...new Set(message.payload.agent_ids)];
      const owned = await tx.agents.activeAmong(principal.principalId, named);
      const openedAt = this.clock.now().toISOString();
      // The event first: an agent reports as soon as it gets the welcome, and the event is needed to judge the report.
      await tx.outbox.event(sessionOpened, {
        aggregateId: principal.principalId,
        aggregateVersion: principal.version,
        payload: {
          principal_id: principal.principalId,
          session: principal.session,
          agent_ids: owned,
          interval_s: this.reportIntervalS,
          opened_at: openedAt,
        },
      });
      await tx.outbox.toAgent(welcome, principal.principalId, {
        session: principal.session,
        partition: principal.partition,
        interval_s: this.reportIntervalS,
        agent_ids: owned,
        server_time: openedAt,
      });
      return { outcome: 'welcomed' as const, unknownAgents: named.length - owned.length };
    });
    if (unknownAgents > 0) this.metrics.unknownAgentsInHello(unknownAgents);
    return outcome;
  }
}
