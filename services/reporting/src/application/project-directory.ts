import type { agentRegistered, agentRetired, PayloadOf, sessionOpened } from '@ymera/contracts';
import type { Clock } from '@ymera/kernel';
import { newAgent, type AgentState } from '../domain/agent-state';
import { announceLiveness } from './agent-events';
import type { AgentWrites } from './agent-writes';
import type { OwnedFleet } from './owned-fleet';
import type { ReportingTransaction, ReportingUnitOfWork } from './ports';
import type { StatusCache } from './status-cache';

/** An event of the registry, with the id of its message. */
export type RegistryFact =
  | { readonly kind: 'registered'; readonly id: string; readonly payload: PayloadOf<typeof agentRegistered> }
  | { readonly kind: 'retired'; readonly id: string; readonly payload: PayloadOf<typeof agentRetired> }
  | {
      readonly kind: 'session_opened';
      readonly id: string;
      readonly payload: PayloadOf<typeof sessionOpened>;
    };

/** Runs in memory once the transaction is committed. */
type AfterCommit = () => void;
/** Keeps which agents there are, whose they are, and which sessions were given. */
export class ProjectDirectory {
  constructor(
    private readonly unitOfWork: ReportingUnitOfWork,
    private readonly writes: AgentWrites,
    private readonly owned: OwnedFleet,
    private readonly statuses: StatusCache,
    private readonly clock: Clock,
  ) {}

  /** All of them or none. Under the fleet's mutex: no report or deadline of an agent may be at work while it is retired. */
  execute(facts: readonly RegistryFact[]): Promise<void> {
    return this.owned.mutex.runExclusive(async () => {
      await this.writes.settle();
      const done = await this.unitOfWork.run(async (tx) => {
        const steps: AfterCommit[] = [];
        for (const fact of facts) steps.push(await this.keep(tx, fact));
        return steps;
      });
      for (const step of done) step();
    });
  }

  private async keep(tx: ReportingTransaction, fact: RegistryFact): Promise<AfterCommit> {
    const isNew = await tx.inbox.accept(`reporting.${fact.kind}`, fact.id);
    switch (fact.kind) {
      case 'registered':
        return this.registered(tx, fact.payload, isNew);
      case 'retired':
        return this.retired(tx, fact.payload, isNew);
      case 'session_opened': {
        const opened = { session: fact.payload.session, windowMs: fact.payload.interval_s * 1000 };
        const { principal_id: principalId, agent_ids: agentIds } = fact.payload;
        // Our own time of receipt, as for reports: a delay of the event also delayed the welcome, for which the agent
        // waits.
        const receivedAt = this.clock.now();
        if (isNew) {
          await tx.agents.openSession(principalId, opened);
          await tx.agents.expectReports(agentIds, receivedAt);
        }
        return () => {
          this.owned.fleet.openSession(principalId, opened);
          if (isNew)
            for (const agentId of agentIds)
              this.owned.expect(agentId, receivedAt.getTime(), receivedAt.getTime());
        };
      }
    }
  }

  private async registered(
    tx: ReportingTransaction,
    event: PayloadOf<typeof agentRegistered>,
    isNew: boolean,
  ): Promise<AfterCommit> {
    const agent = {
      agentId: event.agent_id,
      agentType: event.agent_type,
      principalId: event.principal_id,
      partition: event.partition,
    };
    const isAdded = isNew && (await tx.agents.register(agent, new Date(event.registered_at)));
    const known = { state: newAgent(agent), session: undefined, isRetired: false };
    return () => {
      if (isAdded) this.owned.learn(known, this.clock.now().getTime());
    };
  }

  private async retired(
    tx: ReportingTransaction,
    { agent_id: agentId, principal_id: principalId }: PayloadOf<typeof agentRetired>,
    isNew: boolean,
  ): Promise<AfterCommit> {
    const before = this.owned.fleet.entry(agentId)?.state;
    if (isNew) await tx.agents.retire(agentId, principalId, this.clock.now());
    if (isNew && before && before.liveness !== 'offline') {
      const state: AgentState = { ...before, liveness: 'offline', version: before.version + 1 };
      await tx.agents.saveSanctionLevel([state]);
      await announceLiveness(tx.outbox, [{ from: before.liveness, state }]);
    }
    return () => {
      this.owned.fleet.retire(agentId);
      this.statuses.invalidate(agentId);
    };
  }
}
