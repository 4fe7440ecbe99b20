import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { eventMessage, taskProgressed, type PayloadOf } from '@ymera/contracts';
import { silentLogger, uuidv7 } from '@ymera/kernel';
import { createMessaging, OnEventBatch, type Received } from '@ymera/messaging';
import { Countdown, timed, type Exchange, type Load, type Rates } from './exchange';

/** Messages of one publisher call, as in the outbox. */
const group = 256;

/**
 * The library as services use it: every payload validated and encoded before it is sent, decoded and validated on receipt,
 * ids, envelope, metrics, and a decorated handler inside a Nest application.
 */
export async function ourExchange(
  broker: { readonly url: string; readonly servicesVhost: string; readonly agentsVhost: string },
  load: Load,
): Promise<Exchange> {
  const consumed = new Countdown();
  const run = uuidv7();

  @Controller()
  class Progress {
    @OnEventBatch([taskProgressed], { max: load.batch, waitMs: load.waitMs })
    async take(messages: Received<PayloadOf<typeof taskProgressed>>[]): Promise<void> {
      // Messages that an earlier exchange acknowledged at its end may be redelivered.
      consumed.take(messages.filter(({ aggregateId }) => aggregateId === run).length);
      return Promise.resolve();
    }
  }

  @Module({ controllers: [Progress] })
  class AppModule {}

  const messaging = createMessaging({
    url: broker.url,
    vhost: broker.servicesVhost,
    agentsVhost: broker.agentsVhost,
    service: 'gateway',
    logger: silentLogger,
    publishWindow: load.window,
  });
  const strategy = messaging.transport({
    delayed: { schedule: () => Promise.reject(new Error('nothing is retried here')) },
  });
  const app = await NestFactory.createMicroservice(AppModule, { strategy, logger: ['error'] });
  await app.listen();

  const message = (index: number) =>
    eventMessage(
      taskProgressed,
      {
        aggregateId: run,
        aggregateVersion: index + 1,
        payload: taskProgressed.sample,
      },
      { id: uuidv7(), time: new Date() },
    );

  const publishAll = async (count: number): Promise<void> => {
    let next = 0;
    // Enough concurrent groups to keep the window full.
    const senders = Array.from({ length: Math.ceil(load.window / group) + 1 }, async () => {
      while (next < count) {
        const first = next;
        next = Math.min(count, next + group);
        const outcomes = await messaging.publisher.publishAll(
          Array.from({ length: next - first }, (_, index) => message(first + index)),
        );
        const problem = outcomes.find((outcome) => outcome !== undefined);
        if (problem) throw new Error(problem.message);
      }
    });
    await Promise.all(senders);
  };

  return {
    run: (count): Promise<Rates> => {
      const all = consumed.from(count);
      return timed(count, publishAll(count), all);
    },
    close: async () => {
      await app.close();
      await messaging.close();
    },
  };
}
