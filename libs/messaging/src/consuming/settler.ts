import { sleep, type Logger } from '@ymera/kernel';
import { fullJitter } from '../connection/backoff';
import type { DelayedDelivery } from '../delayed-delivery';
import type { Disposition } from '../disposition';
import { metrics } from '../metrics';
import type { Publisher } from '../publishing/publisher';
import { deadLetterOf, delayedOf, type Place } from './forwarded';
import type { Delivery } from './session';

export interface SettlerOptions {
  readonly place: () => Place;
  readonly queue: string;
  readonly publisher: Publisher;
  readonly delayed: DelayedDelivery;
  readonly logger: Logger;
  /** When aborted, nothing is tried again. */
  readonly stopping: AbortSignal;
}

const backoff = { baseMs: 200, maxMs: 10_000 };

/**
 * Carries out dispositions. Each ends in an acknowledgement, once its effect is safe: the stored retry, the confirmed
 * dead letter. What cannot be carried out stays unacknowledged.
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

  /** Tries until it is carried out, the channel has ended, or the consumer stops; never rejects. */
  async settle(delivery: Delivery, disposition: Disposition): Promise<void> {
    for (let attempt = 0; delivery.session.epoch.live; attempt += 1) {
      try {
        await this.#carryOut(delivery, disposition);
        return this.acknowledge(delivery, disposition.kind);
      } catch (error) {
        const { queue, logger, stopping } = this.options;
        logger.warn('message not settled yet', { queue, disposition: disposition.kind, attempt, error });
        if (stopping.aborted) return;
        await sleep(fullJitter(attempt, backoff), stopping);
      }
    }
    metrics.staleSettlements.inc({ queue: this.options.queue });
  }

  async #carryOut({ message }: Delivery, disposition: Disposition): Promise<void> {
    const { publisher, delayed, logger, queue, place } = this.options;
    if (disposition.kind === 'retry')
      await delayed.schedule(delayedOf(message, place(), disposition.afterMs));
    if (disposition.kind === 'dead') {
      await publisher.publish(deadLetterOf(message, place(), disposition));
      const { code, reason } = disposition;
      logger.warn('message is dead', { queue, type: String(message.properties.type), code, reason });
    }
  }
}
