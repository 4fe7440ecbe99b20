import type { agentRegistered, agentRetired, PayloadOf, sessionOpened } from '@ymera/contracts';
import type { Clock } from '@ymera/kernel';
import { newAgent, type AgentState } from '../domain/agent-state';
import { announceLiveness } from './liveness-events';
import type { OwnedFleet } from './owned-fleet';
import type { ReportingUnitOfWork } from './ports';
import type { StatusCache } from './status-cache';

/** Keeps what the registry says: which agents there are, whose they are, and which sessions were given. */
export class KeepDirectory {
  constructor(
    private readonly unitOfWork: ReportingUnitOfWork,
    private readonly owned: OwnedFleet,
    private readonly statuses: StatusCache,
    private readonly clock: Clock,
  ) {}

  async registered(messageId: string, event: PayloadOf<typeof agentRegistered>): Promise<void> {
    const agent = {
      agentId: event.agent_id,
      agentType: event.agent_type,
      principalId: event.principal_id,
      partition: event.partition,
    };
    const isNew = await this.unitOfWork.run(
      async (tx) =>
        (await tx.inbox.accept('reporting.agent_registered', messageId)) &&
        (await tx.agents.register(agent, new Date(event.registered_at))),
    );
    if (isNew)
      this.owned.learn(
        { state: newAgent(agent), session: undefined, isRetired: false },
        this.clock.now().getTime(),
      );
  }

  async sessionOpened(messageId: string, event: PayloadOf<typeof sessionOpened>): Promise<void> {
    const opened = { session: event.session, windowMs: event.interval_s * 1000 };
    await this.unitOfWork.run(async (tx) => {
      if (await tx.inbox.accept('reporting.session_opened', messageId))
        await tx.agents.openSession(event.principal_id, opened);
    });
    this.owned.fleet.openSession(event.principal_id, opened);
  }

  /** In the lane: no report or deadline of the agent may be at work meanwhile. */
  retired(messageId: string, event: PayloadOf<typeof agentRetired>): Promise<void> {
    return this.owned.lane.run(async () => {
      const before = this.owned.fleet.entry(event.agent_id)?.state;
      await this.unitOfWork.run(async (tx) => {
        if (!(await tx.inbox.accept('reporting.agent_retired', messageId))) return;
        await tx.agents.retire(event.agent_id, event.principal_id, this.clock.now());
        if (!before || before.liveness === 'offline') return;
        const state: AgentState = { ...before, liveness: 'offline', version: before.version + 1 };
        await tx.agents.saveLiveness([state]);
        await announceLiveness(tx.outbox, [{ from: before.liveness, state }]);
      });
      this.owned.fleet.retire(event.agent_id);
      this.statuses.invalidate(event.agent_id);
    });
  }
}
