import type { DynamicModule, Type } from '@nestjs/common';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { BaseServiceConfig } from '@ymera/config';
import { createHttpApp, type HttpAppOptions } from '@ymera/http';
import type { ProcessLogger } from '@ymera/observability';
import { openRuntime, type ServiceRuntime } from '../process/service-runtime';
import { HealthModule } from './health-module';

export interface ServiceOptions<Config extends BaseServiceConfig> {
  /** As in contracts: `gateway`, `registry`, ... */
  readonly name: string;
  /**
   * The composition root. Nest is a router for decorators here, on purpose: the function builds each object with `new` and
   * hands it over by `useValue` or `useFactory`, so that the compiler checks what depends on what.
   */
  readonly module: (config: Config, runtime: ServiceRuntime) => DynamicModule | Promise<DynamicModule>;
  /** Provider tokens of the microservice transports that the module binds, e.g. `[RabbitTransport]`. */
  readonly transports?: readonly Type<CustomTransportStrategy>[];
  readonly http?: Omit<HttpAppOptions, 'logger'>;
}

export interface RunningService {
  readonly app: NestFastifyApplication;
  /** `http://host:port` that it listens on. */
  readonly url: string;
  readonly logger: ProcessLogger;
  /** Not ready, then HTTP and consumers drain, then everything deferred closes. */
  stop(): Promise<void>;
}

class ServiceRoot {}

/**
 * The application, then HTTP, then consumers. Its close is the last one deferred: requests and consumers drain while all that
 * the module has opened can still be used.
 */
export async function openApp<Config extends BaseServiceConfig>(
  options: ServiceOptions<Config>,
  config: Config,
  runtime: ServiceRuntime,
): Promise<Pick<RunningService, 'app' | 'url'>> {
  const { logger, health, shutdown } = runtime;
  const module = await options.module(config, runtime);
  const app = await createHttpApp(
    { module: ServiceRoot, imports: [HealthModule.register({ checks: health }), module] },
    { logger, ...options.http },
  );
  shutdown.defer('application', () => app.close());
  for (const token of options.transports ?? [])
    app.connectMicroservice({ strategy: app.get(token, { strict: false }) });
  await app.listen(config.YMERA_HTTP_PORT, config.YMERA_HTTP_HOST);
  await app.startAllMicroservices();
  health.started();
  const url = await app.getUrl();
  logger.info('ready', { url });
  return { app, url };
}

/** A service without signals, exit codes and the environment, for tests. Closes what it opened when it cannot start. */
export async function startService<Config extends BaseServiceConfig>(
  options: ServiceOptions<Config>,
  config: Config,
): Promise<RunningService> {
  const runtime = await openRuntime(options.name, config);
  try {
    const { app, url } = await openApp(options, config, runtime);
    return { app, url, logger: runtime.logger, stop: () => runtime.close() };
  } catch (error) {
    await runtime.close();
    throw error;
  }
}
