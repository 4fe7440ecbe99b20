import { failure, FailureException, FreshnessProbe, type Clock } from '@ymera/kernel';

const noResponse = failure(
  'unavailable',
  'broker_silent',
  'No recent broker response; agent liveness is unknown. Check the broker.',
);

/**
 * Whether agents can be heard right now: the broker has answered a question of the last moment. A connection that looks open
 * says nothing, because a broker that hangs is noticed by heartbeats long after leases have run out.
 */
export class BrokerProbe {
  private readonly probe: FreshnessProbe;
  /** Why the last question failed; undefined when it got no answer. */
  private error: Error | undefined;

  constructor(
    /** A question to the broker; rejects while it is away, and may hang with it. */
    ask: () => Promise<unknown>,
    /** How old the question may be; also how long its answer is waited for. */
    freshMs: number,
    clock: Clock,
  ) {
    const check = async (): Promise<void> => {
      this.error = undefined;
      await ask().catch((error: Error) => {
        this.error = error;
        throw error;
      });
    };
    this.probe = new FreshnessProbe({ check, maxAgeMs: () => freshMs }, clock);
  }

  /** Rejects while there is no fresh answer. */
  async assert(): Promise<void> {
    if (await this.probe.isHealthy()) return;
    throw this.error ?? new FailureException(noResponse);
  }
}
