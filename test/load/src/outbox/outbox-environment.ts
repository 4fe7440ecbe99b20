import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { taskProgressed, type PayloadOf } from '@ymera/contracts';
import { silentLogger, uuidv7 } from '@ymera/kernel';
import { createMessaging, OnEvent, type Received } from '@ymera/messaging';
import { createDatabase, OutboxRelay, PostgresUnitOfWork, type OutboxRow } from '@ymera/persistence';
import { testDatabase, testVhosts } from '@ymera/testing';
import { workMigrations, workStores } from './work-store';

/** A sender with unit of work, outbox and relay, and a receiver, wired like services. */
export interface OutboxEnvironment {
  /** A transaction with a row, and with an event in the outbox. */
  commitWithFact(): Promise<void>;
  /** The same without the event. */
  commitBare(): Promise<void>;
  /** Milliseconds from each commit to its event in the handler, since the last call. */
  latencies(): readonly number[];
  /** Events committed and not yet received. */
  missing(): number;
  close(): Promise<void>;
}

export async function startOutboxEnvironment(clients: number): Promise<OutboxEnvironment> {
  const [place, broker] = await Promise.all([
    testDatabase({ service: 'orchestrator', migrations: workMigrations }),
    testVhosts({ partitions: 1 }),
  ]);
  const committedAt = new Map<string, number>();
  let latencies: number[] = [];

  @Controller()
  class Receiver {
    @OnEvent(taskProgressed)
    async take({ id }: Received<PayloadOf<typeof taskProgressed>>): Promise<void> {
      const committed = committedAt.get(id);
      if (committed !== undefined) latencies.push(performance.now() - committed);
      committedAt.delete(id);
      return Promise.resolve();
    }
  }

  @Module({ controllers: [Receiver] })
  class AppModule {}

  const address = {
    url: broker.url,
    vhost: broker.servicesVhost,
    agentsVhost: broker.agentsVhost,
    logger: silentLogger,
  };
  const sending = createMessaging({ ...address, service: 'orchestrator' });
  const receiving = createMessaging({ ...address, service: 'gateway' });
  const strategy = receiving.transport({
    delayed: { schedule: () => Promise.reject(new Error('nothing is retried here')) },
    prefetch: 256,
  });
  const app = await NestFactory.createMicroservice(AppModule, { strategy, logger: ['error'] });
  await app.listen();

  const database = await createDatabase({
    url: place.url,
    schema: place.schema,
    migrations: workMigrations,
    poolSize: clients + 4,
  });
  const relay = new OutboxRelay({ database, publisher: sending.outbox, service: 'orchestrator' });
  await relay.start();
  const handOver = (rows: readonly OutboxRow[]): void => {
    const now = performance.now();
    for (const { messageId } of rows) committedAt.set(messageId, now);
    relay.handOver(rows);
  };
  const unitOfWork = new PostgresUnitOfWork(
    database,
    { service: 'orchestrator', relay: { handOver } },
    workStores,
  );

  return {
    commitWithFact: () =>
      unitOfWork.run(async ({ work, outbox }) => {
        await work.add(uuidv7());
        const { sample } = taskProgressed;
        await outbox.event(taskProgressed, {
          aggregateId: sample.task_id,
          aggregateVersion: 1,
          payload: sample,
        });
      }),
    commitBare: () => unitOfWork.run(({ work }) => work.add(uuidv7())),
    latencies: () => {
      const taken = latencies;
      latencies = [];
      return taken;
    },
    missing: () => committedAt.size,
    close: async () => {
      await app.close();
      await relay.stop();
      await Promise.all([sending.close(), receiving.close()]);
      await database.close();
      await Promise.all([place.drop(), broker.close()]);
    },
  };
}
