import { ConfigError, loadConfig, type BaseServiceConfig } from '@ymera/config';
import type { z } from 'zod';
import { startService, type RunningService, type ServiceOptions } from './start-service';

export interface ServiceMainOptions<Schema extends z.ZodObject> extends ServiceOptions<
  z.output<Schema> & BaseServiceConfig
> {
  readonly configSchema: Schema;
}

function fail(message: string, error: unknown): never {
  const detail =
    error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${message}: ${detail}\n`);
  process.exit(1);
}

/** Drains within the time that configuration allows; a second signal does not wait. */
function stopOnSignals(running: RunningService, drainSeconds: number): void {
  let isStopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    running.logger.info('stopping', { signal });
    const deadline = setTimeout(() => {
      running.logger.warn('stopped before everything was drained', { drain_seconds: drainSeconds });
      process.exit(1);
    }, drainSeconds * 1000);
    running.stop().then(
      () => {
        clearTimeout(deadline);
        process.exit(0);
      },
      (error: unknown) => fail('could not stop', error),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/**
 * The whole of a service's `main.ts`: exit code 1 with every problem of the configuration, or when it cannot start;
 * SIGTERM and SIGINT drain and end with 0. An error that nobody caught ends the process: state is safe in the database.
 */
export async function serviceMain<Schema extends z.ZodObject>(
  options: ServiceMainOptions<Schema>,
): Promise<void> {
  try {
    const config = loadConfig(options.configSchema) as z.output<Schema> & BaseServiceConfig;
    const running = await startService(options, config);
    for (const event of ['uncaughtException', 'unhandledRejection'] as const)
      process.on(event, (error: unknown) => {
        running.logger.error('ended by an error that nobody caught', { error });
        process.exit(1);
      });
    stopOnSignals(running, config.YMERA_DRAIN_SECONDS);
  } catch (error) {
    fail(`${options.name} cannot start`, error);
  }
}
