import { sleep, type Clock } from '@ymera/kernel';
import type { Trouble } from '../domain/ingest-health';
import type { OwnedFleet } from './owned-fleet';

interface Question {
  /** Rejects when it is not well. */
  readonly check: () => Promise<void>;
  /** How old the question may be. */
  readonly freshMs: () => number;
  /** At most so often, however often it is called for. */
  readonly everyMs: () => number;
  readonly tolerance: FailureMode;
}

/** Where a break must be noticed however short it is, one refusal is enough; else only what lasts is a break. */
type FailureMode = 'no_break' | 'short_breaks';

/**
 * Something without which silence proves nothing. It is taken for well only while there is positive and fresh knowledge
 * of it: an answer to a question that was asked a moment ago. One that hangs is as bad as one that refuses.
 */
export class Dependency {
  private answeredAt = Number.NEGATIVE_INFINITY;
  private askedAt = Number.NEGATIVE_INFINITY;
  private isAsking = false;

  constructor(
    readonly trouble: Trouble,
    private readonly owned: OwnedFleet,
    private readonly question: Question,
    private readonly clock: Clock,
  ) {}

  /** Asks, unless an answer is still awaited or was asked for a moment ago. */
  async ask(): Promise<void> {
    const askedAt = this.now();
    if (this.isAsking || this.isTooSoon(askedAt)) return;
    this.isAsking = true;
    this.askedAt = askedAt;
    const hasAnswered = await this.inTime(
      this.question.check().then(
        () => true,
        () => false,
      ),
    );
    if (hasAnswered) this.answeredAt = askedAt;
    else if (this.question.tolerance === 'no_break') this.answeredAt = Number.NEGATIVE_INFINITY;
    this.isAsking = false;
    this.check(this.now());
  }

  check(now: number): void {
    // An answer from the future was given before the clock was set back.
    const isFresh = this.answeredAt <= now && now - this.answeredAt <= this.question.freshMs();
    this.owned.observe(this.trouble, !isFresh, now);
  }

  /** A question from the future was asked before the clock was set back. */
  private isTooSoon(now: number): boolean {
    return this.askedAt <= now && now - this.askedAt < this.question.everyMs();
  }

  /** An answer that comes later than this would be out of date. */
  private async inTime(answer: Promise<boolean>): Promise<boolean> {
    const answered = new AbortController();
    const tooLate = sleep(this.question.freshMs(), answered.signal).then(() => false);
    return Promise.race([answer, tooLate]).finally(() => answered.abort());
  }

  private now(): number {
    return this.clock.now().getTime();
  }
}
