import type { AgentType } from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import { createDatabase, type Database } from '@ymera/persistence';
import { eventually } from '@ymera/testing';
import { migrations } from '../adapters/persistence/migrations';
import type { WorkflowDefinition } from '../domain/workflow/workflow';
import type { WorkflowView } from '../domain/workflow/workflow-view';
import { outcomeOf } from './outcomes';
import { definitionOf, planOf, review } from './plans';
import { OrchestratorEnvironment } from './running-orchestrator';
import { ScriptedAgent, type Task } from './scripted-agent';

type Script = (agent: ScriptedAgent, task: Task) => Promise<void>;

/** Finishes its work at once, as its type does. */
export const diligent: Script = async (agent, task) => {
  await agent.accept(task);
  await agent.progress(task, 0.5);
  await agent.end(task, outcomeOf(task));
};

export const newWorkflow = (plan = planOf([review])): WorkflowDefinition =>
  definitionOf(plan, { workflow_id: uuidv7() });

/** A test environment whose agents join for one test and are retired after it. */
export class OrchestratorFixture {
  readonly agents: ScriptedAgent[] = [];
  private names = 0;

  private constructor(readonly environment: OrchestratorEnvironment) {}

  static async open(): Promise<OrchestratorFixture> {
    return new OrchestratorFixture(await OrchestratorEnvironment.open());
  }

  async join(agentType: AgentType, script?: Script): Promise<ScriptedAgent> {
    this.names += 1;
    const name = `${agentType.toLowerCase()}-${this.names}`;
    const agent = await ScriptedAgent.join(this.environment.vhosts, name, agentType);
    this.agents.push(agent);
    if (script) agent.onTask = (task) => script(agent, task);
    await this.environment.enrol(agent);
    return agent;
  }

  async retireAll(): Promise<void> {
    await Promise.all(this.agents.splice(0).map((agent) => agent.leave()));
    const admin = await this.database();
    await admin.sql.query(`UPDATE agent_directory SET status = 'retired'`);
    await admin.close();
  }

  database(): Promise<Database> {
    return createDatabase({
      url: this.environment.database.url,
      schema: 'orchestrator',
      migrations,
      poolSize: 2,
    });
  }

  ended(workflowId: string, state: string, timeoutMs = 8000): Promise<WorkflowView> {
    return eventually(
      async () => {
        const workflow = await this.environment.workflow(workflowId);
        if (workflow.state !== state) throw new Error(JSON.stringify(workflow));
        return workflow;
      },
      { timeoutMs },
    );
  }
}
