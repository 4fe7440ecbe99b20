import type {
  agentRegistered,
  agentRetired,
  AgentType,
  livenessChanged,
  PayloadOf,
  sessionOpened,
} from '@ymera/contracts';
import type { AgentDirectory, HeldAttempt, OrchestratorUnitOfWork, Wake } from './ports';
import type { RunEngine } from './run-engine';

export interface DirectoryFact<Payload> {
  readonly id: string;
  readonly payload: Payload;
  readonly time: Date;
  readonly aggregateVersion: number;
}

/** Keeps the directory of agents, and gives waiting steps to whoever comes. */
export class FollowAgents {
  constructor(
    private readonly unitOfWork: OrchestratorUnitOfWork,
    private readonly engine: RunEngine,
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

  /** What it holds goes to others at once. */
  async retired({
    id,
    payload,
    aggregateVersion,
  }: DirectoryFact<PayloadOf<typeof agentRetired>>): Promise<void> {
    await this.update('retired', id, [payload.agent_id], (directory) =>
      directory.retire(payload.agent_id, aggregateVersion),
    );
    const held = await this.unitOfWork.run((tx) => tx.attempts.heldBy(payload.agent_id));
    for (const attempt of held) await this.lose(attempt);
  }

  private async lose({ workflowId, stepId, ...key }: HeldAttempt): Promise<void> {
    await this.engine.advance({
      workflowId,
      event: () => ({ kind: 'attempt_lost', stepId, key, cause: 'agent_retired' }),
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
