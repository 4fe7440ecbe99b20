import { eventQueue, exchanges, taskProgressed } from '@ymera/contracts';
import { connect, type ConsumeMessage } from 'amqplib';
import { Countdown, timed, type Exchange, type Load, type Rates } from './exchange';

/**
 * The reference: plain amqplib with the same guarantees: persistent and mandatory messages, every confirm awaited within
 * the same window, one acknowledgement for a batch, on two connections. The body is created once and never read.
 */
export async function bareExchange(url: string, body: Buffer, load: Load): Promise<Exchange> {
  const [publishing, consuming] = await Promise.all([
    connect(url, { noDelay: true }),
    connect(url, { noDelay: true }),
  ]);
  const channel = await publishing.createConfirmChannel();
  const consumer = await consuming.createChannel();
  await consumer.prefetch(2 * load.batch);
  const consumed = new Countdown();
  let unacknowledged = 0;
  let last: ConsumeMessage | undefined;
  let timer: NodeJS.Timeout | undefined;
  const acknowledge = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (last) consumer.ack(last, true);
    consumed.take(unacknowledged);
    unacknowledged = 0;
    last = undefined;
  };
  await consumer.consume(eventQueue('gateway'), (message) => {
    if (message === null) return;
    last = message;
    // Messages that an earlier exchange acknowledged at its end may be redelivered.
    if (!message.fields.redelivered) unacknowledged += 1;
    if (unacknowledged >= load.batch) acknowledge();
    else timer ??= setTimeout(acknowledge, load.waitMs);
  });

  const publishAll = (count: number): Promise<void> =>
    new Promise((resolve, reject) => {
      let sent = 0;
      let confirmed = 0;
      const options = {
        persistent: true,
        mandatory: true,
        contentType: 'application/cloudevents+json',
        type: taskProgressed.key,
        messageId: '01936d00-0000-7000-8000-000000000000',
      };
      const onConfirm = (error: unknown): void => {
        if (error) reject(error instanceof Error ? error : new Error('refused'));
        confirmed += 1;
        if (confirmed === count) resolve();
        else fill();
      };
      const fill = (): void => {
        while (sent < count && sent - confirmed < load.window) {
          sent += 1;
          channel.publish(exchanges.events, taskProgressed.key, body, options, onConfirm);
        }
      };
      fill();
    });

  return {
    run: (count): Promise<Rates> => {
      const all = consumed.from(count);
      return timed(count, publishAll(count), all);
    },
    close: async () => {
      clearTimeout(timer);
      await Promise.all([publishing.close(), consuming.close()]);
    },
  };
}
