import type { agentConfig, AgentType, PayloadOf, result, task, TaskType } from '@ymera/contracts';
import type { z } from 'zod';

/** A task as leased: type, input, base and deadline. */
export type Task = PayloadOf<typeof task>;

type ResultPayload = PayloadOf<typeof result>;

/** The result of a handler; the SDK adds ids, attempt and fencing token. */
export type TaskResult = Omit<ResultPayload, 'agent_id' | 'task_id' | 'attempt' | 'fencing_token'>;

/** The context of a handler during one attempt. */
export interface TaskContext {
  /** Aborted on cancel, on drain past its timeout, and when the deadline has passed: stop the tool, then return. */
  readonly signal: AbortSignal;
  /** `fraction` of 0..1 and a few words; extends the lease. Cheap: the newest is sent with the next heartbeat. */
  progress(fraction: number, step: string): void;
  /** Output of the tool; sent in pieces of at most 64 KiB. */
  log(text: string): void;
  /** The principal’s credential, for `workspace_url`. */
  readonly workspaceCredential: { readonly username: string; readonly password: string };
}

/** One agent hosted by a principal. */
export interface AgentDefinition {
  readonly agentId: string;
  readonly agentType: AgentType;
  readonly capabilities: readonly string[];
  readonly config?: z.input<typeof agentConfig>;
  /** Task types of the handler; others are declined with `task_type_unknown`. */
  readonly taskTypes: readonly TaskType[];
  /** Concurrent attempts, told to the platform when the agent registers; more are declined with `busy`. Default 1. */
  readonly concurrency?: number;
  /**
   * Must not throw for an expected failure: return an outcome with an error. A thrown error is reported as
   * `agent_failed`, and as `canceled` after a cancel.
   */
  handle(task: Task, context: TaskContext): Promise<TaskResult>;
}

/** Usage of the process or child behind an agent, for a report. */
export interface ResourceUsage {
  readonly cpu_percent: number;
  readonly memory_mb: number;
}
