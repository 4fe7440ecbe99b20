import type {
  agentRegistered,
  agentRetired,
  agentStandingChanged,
  AgentType,
  livenessChanged,
  PayloadOf,
  sessionOpened,
} from '@ymera/contracts';
import type { LossCause } from '../domain/workflow/workflow-event';
import type { AgentDirectory, HeldAttempt, OrchestratorUnitOfWork, Wake } from './ports';
import type { WorkflowEngine } from './workflow-engine';

export interface DirectoryFact<Payload> {
  readonly id: string;
  readonly payload: Payload;
  readonly time: Date;
  readonly aggregateVersion: number;
}

/** Projects events into the directory of agents, and dispatches waiting steps to agents that become free. */
export class ProjectAgents {
  constructor(
    private readonly unitOfWork: OrchestratorUnitOfWork,
    private readonly engine: WorkflowEngine,
    private readonly wake: Wake,
  ) {}

  registered({
    id,
    payload,
    aggregateVersion,
  }: DirectoryFact<PayloadOf<typeof agentRegistered>>): Promise<void> {
    return this.update('registered', id, [payload.agent_id], (directory) =>
      directory.register(
        {
          agentId: payload.agent_id,
          agentType: payload.agent_type,
          principalId: payload.principal_id,
          capabilities: payload.capabilities,
          credentialEpoch: payload.credential_epoch,
          slots: payload.slots ?? 1,
        },
        aggregateVersion,
      ),
    );
  }

  sessionOpened({ id, payload }: DirectoryFact<PayloadOf<typeof sessionOpened>>): Promise<void> {
    const { principal_id, agent_ids, opened_at } = payload;
    return this.update('session_opened', id, agent_ids, (directory) =>
      directory.openSession(principal_id, agent_ids, Date.parse(opened_at)),
    );
  }

  livenessChanged(fact: DirectoryFact<PayloadOf<typeof livenessChanged>>): Promise<void> {
    const { id, payload, time, aggregateVersion } = fact;
    return this.update('liveness_changed', id, [payload.agent_id], (directory) =>
      directory.setLiveness(payload.agent_id, payload.to, time.getTime(), aggregateVersion),
    );
  }

  /** Its attempts go to other agents at once. */
  async retired({
    id,
    payload,
    aggregateVersion,
  }: DirectoryFact<PayloadOf<typeof agentRetired>>): Promise<void> {
    await this.update('retired', id, [payload.agent_id], (directory) =>
      directory.retire(payload.agent_id, aggregateVersion),
    );
    const held = await this.unitOfWork.run((tx) => tx.attempts.heldBy(payload.agent_id));
    await this.lose(held, 'agent_retired');
  }

  /**
   * A sanction raises the epoch, so attempts given before it go to other agents at once; attempts given after its end
   * stay, also when this event is redelivered.
   */
  async sanctionStatusChanged({
    id,
    payload,
    aggregateVersion,
  }: DirectoryFact<PayloadOf<typeof agentStandingChanged>>): Promise<void> {
    const { agent_id: agentId, status, credential_epoch: credentialEpoch } = payload;
    const enforcement = status === 'active' ? 'none' : status;
    await this.update('standing_changed', id, [agentId], (directory) =>
      directory.setEnforcement(agentId, { enforcement, credentialEpoch }, aggregateVersion),
    );
    const fenced = await this.unitOfWork.run((tx) => tx.attempts.fencedBy(agentId));
    await this.lose(fenced, 'agent_sanctioned');
  }

  private async lose(held: readonly HeldAttempt[], cause: LossCause): Promise<void> {
    for (const { workflowId, stepId, ...key } of held)
      await this.engine.advance({
        workflowId,
        event: () => ({ kind: 'attempt_lost', stepId, key, cause }),
      });
  }

  private async update(
    what: string,
    messageId: string,
    agentIds: readonly string[],
    change: (directory: AgentDirectory) => Promise<void>,
  ): Promise<void> {
    const types = await this.unitOfWork.run(async (tx): Promise<readonly AgentType[]> => {
      if (!(await tx.inbox.accept(`orchestrator.agent_${what}`, messageId))) return [];
      await change(tx.directory);
      return tx.directory.typesOf(agentIds);
    });
    if (types.length > 0) this.wake.mayDispatch(types);
  }
}
