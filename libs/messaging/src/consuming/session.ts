import type { ChannelEpoch } from '@ymera/amqp';
import type { ConsumeMessage, Message } from 'amqplib';
import type { Received } from '../received';
import { AckWindow } from './ack-window';

/** One channel of a consumer, and the deliveries settled on it. */
export class Session {
  readonly #acks = new AckWindow();
  #isFlushDue = false;

  constructor(readonly epoch: ChannelEpoch) {}

  /** False when the channel has ended: the tag is invalid then, and the broker redelivers the message. */
  acknowledge(message: ConsumeMessage): boolean {
    if (!this.epoch.live) return false;
    this.#acks.settle(message.fields.deliveryTag);
    if (!this.#isFlushDue) {
      this.#isFlushDue = true;
      // What one turn of the event loop settles goes out in as few frames as possible.
      setImmediate(() => this.flush());
    }
    return true;
  }

  /**
   * Never delivered again: the broker moves it to the dead-letter exchange of its queue, and drops it where there is none.
   * False when the channel has ended.
   */
  reject(message: ConsumeMessage): boolean {
    if (!this.epoch.live) return false;
    try {
      this.epoch.channel.nack(message, false, false);
    } catch {
      this.epoch.end();
      return false;
    }
    this.#acks.skip(message.fields.deliveryTag);
    return true;
  }

  flush(): void {
    this.#isFlushDue = false;
    if (!this.epoch.live) return;
    try {
      this.#acks.flush((deliveryTag, allUpTo) =>
        this.epoch.channel.ack({ fields: { deliveryTag } } as Message, allUpTo),
      );
    } catch {
      this.epoch.end();
    }
  }
}

export interface Delivery {
  readonly session: Session;
  readonly message: ConsumeMessage;
}

/** A delivery that was parsed. */
export interface Item extends Delivery {
  readonly received: Received<unknown>;
}
