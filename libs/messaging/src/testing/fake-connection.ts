import type { Channel, ChannelModel, Options } from 'amqplib';
import { EventEmitter } from 'node:events';
import type { PublishingConnection } from '../publishing/channel-publisher';

/** A confirm channel whose broker answers only when the test says so. */
export class FakeChannel extends EventEmitter {
  readonly published: { readonly routingKey: string; readonly options: Options.Publish }[] = [];

  publish(_exchange: string, routingKey: string, _body: Buffer, options: Options.Publish): boolean {
    this.published.push({ routingKey, options });
    return true;
  }

  confirm(deliveryTag: number, multiple = false): void {
    this.emit('ack', { deliveryTag, multiple });
  }

  close(): Promise<void> {
    this.emit('close');
    return Promise.resolve();
  }
}

/** A connection for states that a real broker shows only during faults. */
export class FakeConnection extends EventEmitter implements PublishingConnection {
  readonly user = 'svc-test';
  readonly channels: FakeChannel[] = [];
  isBlocked = false;

  open(): Promise<ChannelModel> {
    const createConfirmChannel = (): Promise<Channel> => {
      const channel = new FakeChannel();
      this.channels.push(channel);
      return Promise.resolve(channel as unknown as Channel);
    };
    return Promise.resolve({ createConfirmChannel } as unknown as ChannelModel);
  }

  discard(): void {
    throw new Error('nothing here ends by itself');
  }

  unblock(): void {
    this.isBlocked = false;
    this.emit('unblocked');
  }
}
