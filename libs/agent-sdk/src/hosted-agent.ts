import type { report } from '@ymera/contracts';
import type { z } from 'zod';
import type { AgentDefinition, ResourceUsage, Task } from './agent';
import { type Attempt, attemptKey } from './attempt';

/** Why a task is declined. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** One agent of a host: its attempts, and whether it accepts more. */
export class HostedAgent {
  readonly attempts = new Map<string, Attempt>();
  /** Accepts no more tasks. */
  isDraining = false;
  /** Attempts that run; the rest of `attempts` wait for their result to be settled. */
  private runningCount = 0;
  private seq = 0;

  constructor(readonly definition: AgentDefinition) {}

  get running(): number {
    return this.runningCount;
  }

  has(leased: Task): boolean {
    return this.attempts.has(attemptKey(leased));
  }

  /** Why it declines a task; undefined when it accepts it. */
  refusal({ type }: Task): Refusal | undefined {
    if (this.isDraining)
      return { code: 'draining', message: 'The agent is draining and accepts no more tasks.' };
    if (!this.definition.taskTypes.includes(type))
      return { code: 'task_type_unknown', message: `The agent does not support tasks of type ${type}.` };
    if (this.runningCount >= (this.definition.concurrency ?? 1))
      return { code: 'busy', message: 'All slots are taken.' };
    return undefined;
  }

  run(attempt: Attempt): void {
    this.attempts.set(attempt.key, attempt);
    this.runningCount += 1;
    void attempt.run().finally(() => {
      this.runningCount -= 1;
    });
  }

  /** In a new session `seq` begins anew. */
  beginSession(): void {
    this.seq = 0;
  }

  nextReport(session: number, { cpu_percent, memory_mb }: ResourceUsage): z.input<typeof report.payload> {
    this.seq += 1;
    return {
      agent_id: this.definition.agentId,
      session,
      seq: this.seq,
      sent_at: new Date().toISOString(),
      metrics: { cpu_percent, memory_mb },
      tasks: [...this.attempts.values()]
        .filter(({ hasResult }) => !hasResult)
        .map((attempt) => attempt.status()),
      issues: [],
      security_events: [],
    };
  }
}
