import { type AgentType, getProject, listAgents } from '@ymera/contracts';
import { ok, type Result } from '@ymera/kernel';
import type { QueryClient } from '@ymera/messaging';
import type { Directory } from '../../application/ports';

/** Other services’ knowledge, asked for over the broker. */
export class QueryDirectory implements Directory {
  constructor(private readonly queries: QueryClient) {}

  project(projectId: string): ReturnType<Directory['project']> {
    return this.queries.ask(getProject, { project_id: projectId });
  }

  async hasAgentOf(type: AgentType): Promise<Result<boolean>> {
    const page = await this.queries.ask(listAgents, { agent_type: type, limit: 200 });
    return page.ok ? ok(page.value.items.some(({ status }) => status === 'active')) : page;
  }
}
