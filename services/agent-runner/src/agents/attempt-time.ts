import type { Task } from '@ymera/agent-sdk';

/** Reserved before the deadline for collecting, cleaning up and answering. */
const reserveMs = 1_500;

/** Time that tools may still run. */
export const remainingMs = (task: Pick<Task, 'deadline'>, now = Date.now()): number =>
  Math.max(1, Date.parse(task.deadline) - now - reserveMs);

/** Adds up the time of tools, which is no overhead of the platform. */
export class ToolTime {
  private total = 0;

  get ms(): number {
    return this.total;
  }

  async spend<T>(work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await work();
    } finally {
      this.total += performance.now() - started;
    }
  }
}
