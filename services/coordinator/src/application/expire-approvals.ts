import type { Logger } from '@ymera/kernel';
import type { FollowGates } from './follow-gates';

const sweepMs = 1_000;

/** Looks for overdue approvals every second; a sweep never overlaps the one before. */
export class ExpireApprovals {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly gates: FollowGates,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      this.running ??= this.sweep().finally(() => {
        this.running = undefined;
      });
    }, sweepMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async sweep(): Promise<void> {
    try {
      await this.gates.expireOverdue();
    } catch (error) {
      // The next sweep finds the same rows: nothing is lost by waiting.
      this.logger.warn('overdue approvals could not be swept', { error });
    }
  }
}
