import {
  agentId as agentIdSchema,
  type getAgent,
  type listAgents,
  pageCursor,
  type PayloadOf,
  type principalStatus,
  type ReplyOf,
} from '@ymera/contracts';
import { err, failure, ok, type Result } from '@ymera/kernel';
import { agentResourceOf } from '../domain/agent';
import { brokerAccess } from '../domain/broker-authorisation';
import { retryAfterSeconds } from '../domain/principal';
import type { RegistryReader } from './ports';

const cursors = pageCursor('agents', agentIdSchema);

/** Queries that change nothing. */
export class ReadAgents {
  constructor(
    private readonly reader: RegistryReader,
    private readonly reportIntervalS: number,
  ) {}

  async one({ agent_id }: PayloadOf<typeof getAgent>): Promise<Result<ReplyOf<typeof getAgent>>> {
    const agent = await this.reader.agent(agent_id);
    return agent
      ? ok(agentResourceOf(agent))
      : err(failure('not_found', 'agent_not_found', `Agent ${agent_id} does not exist.`));
  }

  async page({
    agent_type: agentType,
    status,
    cursor,
    limit,
  }: PayloadOf<typeof listAgents>): Promise<Result<ReplyOf<typeof listAgents>>> {
    const after = cursors.decode(cursor);
    if (!after.ok) return after;
    const found = await this.reader.agents({ agentType, status, after: after.value, limit: limit + 1 });
    const page = cursors.page(found, limit, ({ agentId }) => agentId);
    return ok({ ...page, items: page.items.map(agentResourceOf) });
  }

  async standing({
    principal_id: principalId,
  }: PayloadOf<typeof principalStatus>): Promise<Result<ReplyOf<typeof principalStatus>>> {
    const access = await this.reader.accessByName(principalId);
    if (!access) return err(failure('not_found', 'principal_not_found', 'This principal does not exist.'));
    const agents = await this.reader.activeAgentsOf(principalId);
    return ok({
      principal_id: principalId,
      status: access.principal.status,
      may_report: brokerAccess(access.principal) !== 'none',
      agent_ids: agents.map(({ agentId }) => agentId),
      sanctions: agents.flatMap(({ agentId, standing: { status, cause, reason, changedAt } }) =>
        cause === null ? [] : [{ agent_id: agentId, status, cause, reason, since: changedAt.toISOString() }],
      ),
      retry_after_s: retryAfterSeconds(access.principal, this.reportIntervalS),
    });
  }
}
