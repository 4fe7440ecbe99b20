import type { DelayedDelivery, DelayedMessage } from '../delayed-delivery';
import type { Publisher } from '../publishing/publisher';

/** Stores delayed messages and publishes them on demand, as the table does when they are due. */
export class InMemoryDelayedDelivery implements DelayedDelivery {
  readonly scheduled: DelayedMessage[] = [];

  schedule(message: DelayedMessage): Promise<void> {
    this.scheduled.push(message);
    return Promise.resolve();
  }

  async publishAll(publisher: Publisher): Promise<void> {
    for (const { vhost, queue, messageId, type, headers, body } of this.scheduled.splice(0))
      await publisher.publish({ vhost, exchange: '', routingKey: queue, messageId, type, headers, body });
  }
}
