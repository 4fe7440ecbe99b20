import { failure, FailureException, sleep, type Clock } from '@ymera/kernel';

const noResponse = failure(
  'unavailable',
  'broker_silent',
  'The broker has not answered a question of the last moment, so nobody can be heard.',
);

/**
 * Whether agents can be heard right now. Positive and fresh knowledge only: an answer of the broker to a question that was
 * asked a moment ago. A connection that looks open says nothing, because a broker that hangs is noticed by heartbeats long
 * after leases have run out.
 */
export class BrokerProbe {
  private answeredAt = Number.NEGATIVE_INFINITY;
  private asking: Promise<void> | undefined;

  constructor(
    /** A question to the broker; rejects while it is away, and may hang with it. */
    private readonly ask: () => Promise<unknown>,
    /** How old the question may be; also how long its answer is waited for. */
    private readonly freshMs: number,
    private readonly clock: Clock,
  ) {}

  /** Rejects while there is no fresh answer. */
  async assert(): Promise<void> {
    const now = this.now();
    // An answer from the future was given before the clock was set back.
    if (this.answeredAt <= now && now - this.answeredAt <= this.freshMs) return;
    this.asking ??= this.askInTime(now).finally(() => (this.asking = undefined));
    await this.asking;
  }

  private async askInTime(askedAt: number): Promise<void> {
    const answered = new AbortController();
    const tooLate = sleep(this.freshMs, answered.signal).then(() => {
      throw new FailureException(noResponse);
    });
    tooLate.catch(() => undefined);
    await Promise.race([this.ask(), tooLate]).finally(() => answered.abort());
    this.answeredAt = askedAt;
  }

  private now(): number {
    return this.clock.now().getTime();
  }
}
