import { type AgentType, getProject, listAgents, type PayloadOf, proposeRevert } from '@ymera/contracts';
import { ok, type Result } from '@ymera/kernel';
import type { QueryClient } from '@ymera/messaging';
import type { Directory } from '../../application/ports';

/** Longer than integration waits for an upstream before it continues with its last known state. */
const upstreamTimeoutMs = 35_000;

/** Queries to other services over the broker. */
export class QueryDirectory implements Directory {
  constructor(private readonly queries: QueryClient) {}

  project(projectId: string): ReturnType<Directory['project']> {
    const payload = { project_id: projectId, fresh: true };
    return this.queries.ask(getProject, payload, { timeoutMs: upstreamTimeoutMs });
  }

  proposeRevert(order: PayloadOf<typeof proposeRevert>): ReturnType<Directory['proposeRevert']> {
    return this.queries.ask(proposeRevert, order, { timeoutMs: upstreamTimeoutMs });
  }

  async hasAgentOf(type: AgentType): Promise<Result<boolean>> {
    const page = await this.queries.ask(listAgents, { agent_type: type, limit: 200 });
    return page.ok ? ok(page.value.items.some(({ status }) => status === 'active')) : page;
  }
}
