import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { silentLogger, type Logger } from '@ymera/kernel';
import type { ServiceName } from '@ymera/contracts';
import { createMessaging, type Messaging } from '../messaging';
import type { RabbitTransport, TransportOptions } from '../transport/rabbit-transport';
import { InMemoryDelayedDelivery } from './in-memory-delayed-delivery';
import type { TestBroker } from './test-broker';

export interface TestApp {
  readonly messaging: Messaging;
  readonly transport: RabbitTransport;
  readonly delayed: InMemoryDelayedDelivery;
  close(): Promise<void>;
}

/** A service with these handlers, in a real Nest application on the real broker. */
export async function startApp(
  broker: TestBroker,
  controller: Type,
  options: Partial<TransportOptions> & {
    readonly service?: ServiceName;
    readonly logger?: Logger;
    readonly url?: string;
  } = {},
): Promise<TestApp> {
  const { service = 'orchestrator', logger = silentLogger, url = broker.url, ...transportOptions } = options;
  const messaging = createMessaging({
    url,
    vhost: broker.vhosts.services,
    agentsVhost: broker.vhosts.agents,
    service,
    logger,
  });
  const delayed = new InMemoryDelayedDelivery();
  const transport = messaging.transport({ delayed, ...transportOptions });

  @Module({ controllers: [controller] })
  class AppModule {}
  const app = await NestFactory.createMicroservice(AppModule, { strategy: transport, logger: ['error'] });
  await app.listen();
  return {
    messaging,
    transport,
    delayed,
    close: async () => {
      await app.close();
      await messaging.close();
    },
  };
}
