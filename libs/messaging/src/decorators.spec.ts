import { Controller, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { getWorkflow, livenessChanged, startWorkflow, type ReplyOf } from '@ymera/contracts';
import { ok, silentLogger, type Result } from '@ymera/kernel';
import { OnCommand, OnEvent, OnEventBatch, OnQuery } from './decorators';
import { createMessaging } from './messaging';
import { InMemoryDelayedDelivery } from './testing/in-memory-delayed-delivery';

@Controller()
class Orders {
  @OnCommand(startWorkflow)
  async start(): Promise<void> {
    return Promise.resolve();
  }
}

@Controller()
class Questions {
  @OnQuery(getWorkflow)
  async answer(): Promise<Result<ReplyOf<typeof getWorkflow>>> {
    return Promise.resolve(ok(getWorkflow.reply.parse(getWorkflow.replySample)));
  }
}

@Controller()
class Facts {
  @OnEvent(livenessChanged)
  async one(): Promise<void> {
    return Promise.resolve();
  }
}

@Controller()
class MoreFacts {
  @OnEvent(livenessChanged)
  async same(): Promise<void> {
    return Promise.resolve();
  }
}

@Controller()
class FactsInBatches {
  @OnEventBatch([livenessChanged], { max: 10, waitMs: 1 })
  async many(): Promise<void> {
    return Promise.resolve();
  }
}

/** Never connects: what is wrong is found before. */
async function listen(...controllers: Type[]): Promise<void> {
  const messaging = createMessaging({
    url: 'amqp://127.0.0.1:1',
    service: 'coordinator',
    logger: silentLogger,
  });
  const strategy = messaging.transport({ delayed: new InMemoryDelayedDelivery() });
  @Module({ controllers })
  class AppModule {}
  try {
    const app = await NestFactory.createMicroservice(AppModule, {
      strategy,
      logger: false,
      abortOnError: false,
    });
    await app.listen();
  } finally {
    await messaging.close();
  }
}

it.each([
  ['an order to another service', [Orders], 'an order to orchestrator, not to coordinator'],
  ['a query to another service', [Questions], 'a query to orchestrator, not to coordinator'],
  ['a second handler of the same fact', [Facts, MoreFacts], 'two handlers'],
  ['a fact both alone and in batches', [Facts, FactsInBatches], 'two handlers'],
])('refuses at start %s', async (_name, controllers, problem) => {
  await expect(listen(...controllers)).rejects.toThrow(problem);
});
