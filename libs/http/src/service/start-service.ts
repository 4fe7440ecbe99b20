import type { DynamicModule, Type } from '@nestjs/common';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { BaseServiceConfig } from '@ymera/config';
import { createLogger, startTelemetry, type ProcessLogger } from '@ymera/observability';
import { version } from '../../package.json';
import { HealthChecks } from '../health/health-checks';
import { HealthModule } from '../health/health-module';
import { createHttpApp, type HttpAppOptions } from '../server/http-app';
import { ShutdownSequence } from './shutdown-sequence';

/** What a composition root gets besides its configuration. */
export interface ServiceRuntime {
  readonly service: string;
  readonly version: string;
  readonly logger: ProcessLogger;
  /** Add a check for each dependency without which the service cannot work. */
  readonly health: HealthChecks;
  /** Closed after HTTP and consumers have drained, last deferred first. */
  readonly shutdown: ShutdownSequence;
}

export interface ServiceOptions<Config extends BaseServiceConfig> {
  /** As in contracts: `gateway`, `registry`, ... */
  readonly name: string;
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

/** Telemetry, then the application, then HTTP, then consumers; ready when all of them are. */
export async function startService<Config extends BaseServiceConfig>(
  options: ServiceOptions<Config>,
  config: Config,
): Promise<RunningService> {
  const { name: service } = options;
  const telemetry = await startTelemetry({
    service,
    version,
    otlpEndpoint: config.YMERA_OTLP_ENDPOINT,
    sampleRatio: config.YMERA_TRACE_SAMPLE_RATIO,
    bulkSampleRatio: config.YMERA_TRACE_BULK_SAMPLE_RATIO,
  });
  const logger = createLogger({ service, version, level: config.YMERA_LOG_LEVEL });
  const health = new HealthChecks();
  const shutdown = new ShutdownSequence(logger);
  shutdown.defer('telemetry', () => telemetry.shutdown());

  let app: NestFastifyApplication | undefined;
  const stop = async (): Promise<void> => {
    health.draining();
    await app?.close();
    await shutdown.run();
  };

  try {
    const module = await options.module(config, { service, version, logger, health, shutdown });
    app = await createHttpApp(
      { module: ServiceRoot, imports: [HealthModule.register({ checks: health }), module] },
      { logger, ...options.http },
    );
    for (const token of options.transports ?? [])
      app.connectMicroservice({ strategy: app.get(token, { strict: false }) });
    await app.listen(config.YMERA_HTTP_PORT, config.YMERA_HTTP_HOST);
    await app.startAllMicroservices();
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
  health.started();
  const url = await app.getUrl();
  logger.info('ready', { url });
  return { app, url, logger, stop };
}
