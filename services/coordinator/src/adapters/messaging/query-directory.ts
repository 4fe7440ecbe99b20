import {
  type AgentType,
  getProject,
  getWorkflow,
  listAgents,
  type PayloadOf,
  proposeRevert,
} from '@ymera/contracts';
import { ok, type Result } from '@ymera/kernel';
import type { QueryClient } from '@ymera/messaging';
import type { Directory } from '../../application/ports';

/** Longer than integration waits for an upstream before it continues with its last known state. */
const upstreamTimeoutMs = 35_000;

const agentsPerPage = 200;

/** Other services’ knowledge, asked for over the broker. */
export class QueryDirectory implements Directory {
  constructor(private readonly queries: Pick<QueryClient, 'ask'>) {}

  project(projectId: string): ReturnType<Directory['project']> {
    const payload = { project_id: projectId, fresh: true };
    return this.queries.ask(getProject, payload, { timeoutMs: upstreamTimeoutMs });
  }

  proposeRevert(order: PayloadOf<typeof proposeRevert>): ReturnType<Directory['proposeRevert']> {
    return this.queries.ask(proposeRevert, order, { timeoutMs: upstreamTimeoutMs });
  }

  workflow(workflowId: string): ReturnType<Directory['workflow']> {
    return this.queries.ask(getWorkflow, { workflow_id: workflowId });
  }

  /** A registry of before ignores the status, so what it answers is read to the end and looked at here. */
  async hasAgentOf(type: AgentType): Promise<Result<boolean>> {
    let cursor: string | undefined;
    for (;;) {
      const page = await this.queries.ask(listAgents, {
        agent_type: type,
        status: 'active',
        limit: agentsPerPage,
        ...(cursor === undefined ? {} : { cursor }),
      });
      if (!page.ok) return page;
      if (page.value.items.some(({ status }) => status === 'active')) return ok(true);
      if (page.value.next_cursor === null) return ok(false);
      cursor = page.value.next_cursor;
    }
  }
}
