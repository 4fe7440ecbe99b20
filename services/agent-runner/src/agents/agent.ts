import type { Task, TaskContext, TaskResult } from '@ymera/agent-sdk';
import type { AgentType, TaskType } from '@ymera/contracts';

/**
 * An agent that does its work with tools on a working copy in the sandbox. It keeps no state between tasks, so any number
 * of attempts may run at once; what it needs besides the task it is constructed with.
 */
export interface ToolAgent {
  readonly agentType: AgentType;
  readonly taskTypes: readonly TaskType[];
  /**
   * Never throws for what may be expected of a project or a command: that is an outcome with findings or an error. Stops
   * its tools within a second of `context.signal` and then answers `canceled`.
   */
  run(task: Task, context: TaskContext): Promise<TaskResult>;
}
