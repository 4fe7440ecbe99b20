import type { Logger, Result } from '@ymera/kernel';
import type { PrincipalStanding } from './gateway-client';

export interface PrincipalStatusWatchOptions {
  readonly ask: () => Promise<Result<PrincipalStanding>>;
  readonly logger: Logger;
  readonly random?: () => number;
  /** Results may be sent again. */
  readonly onUnmuted: () => void;
}

/**
 * Wait while the platform does not say how long: it may be unavailable, or this principal may be active again already.
 */
const shortDelayMs = 2_000;
/** A retired principal stays refused, but a refusal is never final here. */
const retiredDelayMs = 60_000;
/** Maximum addition to the wait, so that a fleet that was refused together does not reconnect together. */
const jitter = 0.25;

/**
 * The status of this principal, queried after each refusal, because the broker answers 403 for a sanction, a wrong
 * credential and an unavailable authentication service alike. A principal that is suspended for missed reports
 * continues its reports, which end the suspension, and keeps its results until it is active: the broker would close the
 * channel for them, and stop the reports as well.
 */
export class PrincipalStatusWatch {
  private muted = false;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(private readonly options: PrincipalStatusWatchOptions) {}

  /** Only reports and hello are accepted. */
  get isMuted(): boolean {
    return this.muted;
  }

  /** Queries the status, logs the reason, and returns how long to wait before the next connection, in milliseconds. */
  async afterRefusal(): Promise<number> {
    const answer = await this.options.ask();
    if (!answer.ok) {
      const { code, message } = answer.error;
      this.options.logger.warn('refused by the broker; the platform gives no reason', { code, message });
      return this.jittered(shortDelayMs);
    }
    return this.follow(answer.value);
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
  }

  private follow(standing: PrincipalStanding): number {
    const { status, sanctions = [], retry_after_s: retryAfterS, may_report: mayReport = false } = standing;
    if (status === 'active') {
      this.unmute();
      return this.jittered(shortDelayMs);
    }
    const isUnresponsive = status === 'suspended' && mayReport;
    this.options.logger.warn(
      isUnresponsive
        ? 'suspended for missed reports: reports end it, results wait'
        : 'refused by the platform',
      {
        status,
        retry_after_s: retryAfterS,
        sanctions: sanctions.map(({ agent_id, cause, reason }) => `${agent_id}: ${cause}: ${reason}`),
      },
    );
    if (!isUnresponsive) return this.jittered(retryAfterS === null ? retiredDelayMs : retryAfterS * 1000);
    this.mute(this.jittered(retryAfterS === null ? shortDelayMs : retryAfterS * 1000));
    return 0;
  }

  private mute(askAgainMs: number): void {
    this.muted = true;
    clearTimeout(this.timer);
    if (!this.isClosed) this.timer = setTimeout(() => void this.askAgain(), askAgainMs);
  }

  private async askAgain(): Promise<void> {
    const waitMs = await this.afterRefusal();
    // Still suspended: `follow` has set the timer anew. Unknown: it must be set here.
    if (this.muted && waitMs > 0) this.mute(waitMs);
  }

  private unmute(): void {
    clearTimeout(this.timer);
    if (!this.muted) return;
    this.muted = false;
    this.options.logger.info('active again');
    this.options.onUnmuted();
  }

  private jittered(ms: number): number {
    return ms * (1 + jitter * (this.options.random ?? Math.random)());
  }
}
