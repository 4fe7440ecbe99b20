import { once } from 'node:events';
import { connect } from 'node:net';
import { Controller, Get, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { Secret, type BaseServiceConfig } from '@ymera/config';
import { startService } from './start-service';

const config: BaseServiceConfig = {
  YMERA_POSTGRES_URL: new Secret('postgresql://unused'),
  YMERA_RABBITMQ_URL: new Secret('amqp://unused'),
  YMERA_RABBITMQ_VHOST: '/ymera',
  YMERA_RABBITMQ_AGENTS_VHOST: '/agents',
  YMERA_HTTP_HOST: '127.0.0.1',
  YMERA_HTTP_PORT: 0,
  YMERA_LOG_LEVEL: 'error',
  YMERA_TRACE_SAMPLE_RATIO: 1,
  YMERA_TRACE_BULK_SAMPLE_RATIO: 0.001,
  YMERA_DB_POOL_SIZE: 1,
  YMERA_MIGRATE_ON_START: false,
  YMERA_DRAIN_SECONDS: 1,
};

class TestModule {}

describe('startService', () => {
  it('serves, and on stop drains requests and consumers before it closes their dependencies', async () => {
    const order: string[] = [];
    let entered: () => void = () => undefined;
    const isEntered = new Promise<void>((resolve) => (entered = resolve));

    @Injectable()
    class FakeTransport extends Server implements CustomTransportStrategy {
      override on(): never {
        throw new Error('unused');
      }
      override unwrap(): never {
        throw new Error('unused');
      }
      listen(callback: () => void): void {
        order.push('consuming');
        callback();
      }
      async close(): Promise<void> {
        order.push('consumers drained');
      }
    }

    @Controller()
    class SlowController implements BeforeApplicationShutdown {
      @Get('slow')
      async slow(): Promise<object> {
        entered();
        await new Promise((resolve) => setTimeout(resolve, 50));
        order.push('request answered');
        return { done: true };
      }
      beforeApplicationShutdown(): void {
        order.push('not ready any more');
      }
    }

    const service = await startService(
      {
        name: 'audit',
        transports: [FakeTransport],
        module: (_config, { shutdown, health }) => {
          shutdown.defer('database', () => void order.push('database closed'));
          shutdown.defer('relay', () => {
            order.push('relay stopped');
            throw new Error('already gone');
          });
          health.add('database', async () => undefined);
          return { module: TestModule, controllers: [SlowController], providers: [FakeTransport] };
        },
      },
      config,
    );
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
    const answer = fetch(`${service.url}/slow`);
    await isEntered;
    await service.stop();
    expect(await (await answer).json()).toEqual({ done: true });
    expect(order.filter((step) => step !== 'consumers drained')).toEqual([
      'consuming',
      'not ready any more',
      'request answered',
      'relay stopped',
      'database closed',
    ]);
    expect(order.indexOf('consumers drained')).toBeLessThan(order.indexOf('relay stopped'));
  });

  it('does not wait for idle clients that keep a connection', async () => {
    const service = await startService({ name: 'audit', module: () => ({ module: TestModule }) }, config);
    const { port } = new URL(service.url);
    const silent = connect(Number(port), '127.0.0.1');
    await once(silent, 'connect');
    await fetch(`${service.url}/health/live`);
    const startedAt = performance.now();
    await service.stop();
    expect(performance.now() - startedAt).toBeLessThan(1000);
    silent.destroy();
  });

  it('closes what it opened when it cannot start', async () => {
    const order: string[] = [];
    await expect(
      startService(
        {
          name: 'audit',
          module: (_config, { shutdown }) => {
            shutdown.defer('database', () => void order.push('database closed'));
            throw new Error('no broker');
          },
        },
        config,
      ),
    ).rejects.toThrow('no broker');
    expect(order).toEqual(['database closed']);
  });
});
