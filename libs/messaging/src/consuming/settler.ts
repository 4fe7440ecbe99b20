import { backoffMs, sleep, type Logger } from '@ymera/kernel';
import type { DelayedDelivery } from '../delayed-delivery';
import { dead, type Disposition } from '../disposition';
import { metrics } from '../metrics';
import type { Publisher } from '../publishing/publisher';
import { deadLetterOf, delayedOf, type Place } from './forwarded';
import { isPoison, rejectPoison } from './poison';
import type { Delivery } from './session';

export interface SettlerOptions {
  readonly place: () => Place;
  readonly queue: string;
  readonly publisher: Pick<Publisher, 'publish'>;
  readonly delayed: DelayedDelivery;
  readonly logger: Logger;
  /** When aborted, nothing is retried. */
  readonly stopping: AbortSignal;
}

const backoff = { baseMs: 200, maxMs: 10_000 };
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Carries out dispositions. Each ends in an acknowledgement, once its effect is safe: the stored retry, the confirmed
 * dead letter. A retry that cannot be stored because of the message becomes a dead letter, and a dead letter that cannot be
 * published because of the message is rejected to the broker. Only what is away keeps a delivery unsettled.
 */
export class Settler {
  readonly #counters: Record<Disposition['kind'], { inc(count?: number): void }>;

  constructor(private readonly options: SettlerOptions) {
    const { queue } = options;
    const counterOf = (disposition: Disposition['kind']) => metrics.consumed.labels({ queue, disposition });
    this.#counters = { ack: counterOf('ack'), retry: counterOf('retry'), dead: counterOf('dead') };
  }

  acknowledge({ session, message }: Delivery, kind: Disposition['kind']): void {
    if (session.acknowledge(message)) this.#counters[kind].inc();
    else metrics.staleSettlements.inc({ queue: this.options.queue });
  }

  /** All of them are done. */
  acknowledgeAll(deliveries: readonly Delivery[]): void {
    let count = 0;
    for (const { session, message } of deliveries) if (session.acknowledge(message)) count += 1;
    this.#counters.ack.inc(count);
    if (count < deliveries.length)
      metrics.staleSettlements.inc({ queue: this.options.queue }, deliveries.length - count);
  }

  /** Retries until it is executed, the channel has ended, or the consumer stops; never rejects. */
  async settle(delivery: Delivery, disposition: Disposition): Promise<void> {
    const { queue, logger, stopping } = this.options;
    let wanted = disposition;
    let failures = 0;
    while (delivery.session.epoch.live) {
      try {
        await this.#carryOut(delivery, wanted);
        return this.acknowledge(delivery, wanted.kind);
      } catch (error) {
        failures += 1;
        if (isPoison(error, failures)) {
          if (wanted.kind !== 'retry') return rejectPoison(delivery, { queue, logger, error });
          wanted = dead('retry_not_stored', `its retry could not be stored: ${messageOf(error)}`);
          failures = 0;
          continue;
        }
        logger.warn('message not settled yet', { queue, disposition: wanted.kind, failures, error });
        if (stopping.aborted) return;
        await sleep(backoffMs(failures, backoff, 'full'), stopping);
      }
    }
    metrics.staleSettlements.inc({ queue });
  }

  async #carryOut({ message }: Delivery, disposition: Disposition): Promise<void> {
    const { publisher, delayed, logger, queue, place } = this.options;
    if (disposition.kind === 'retry')
      await delayed.schedule(delayedOf(message, place(), disposition.afterMs));
    if (disposition.kind === 'dead') {
      const { letter, isAltered } = deadLetterOf(message, place(), disposition);
      await publisher.publish(letter);
      if (isAltered) metrics.poison.inc({ queue, outcome: 'altered' });
      const { code, reason } = disposition;
      logger.warn('message is dead', { queue, type: letter.type, code, reason });
    }
  }
}
