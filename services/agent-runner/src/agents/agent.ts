import type { Task, TaskContext, TaskResult } from '@ymera/agent-sdk';
import type { AgentType, TaskType } from '@ymera/contracts';

/**
 * An agent that works with tools on a working copy in the sandbox. It keeps no state between tasks, so any number
 * of attempts may run at once; its constructor gets everything it needs besides the task.
 */
export interface ToolAgent {
  readonly agentType: AgentType;
  readonly taskTypes: readonly TaskType[];
  /**
   * Never throws for expected failures of a project or a command: these are outcomes with findings or an error. Stops
   * its tools within a second of `context.signal` and then returns `canceled`.
   */
  run(task: Task, context: TaskContext): Promise<TaskResult>;
}
