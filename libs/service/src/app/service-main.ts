import type { BaseServiceConfig } from '@ymera/config';
import type { z } from 'zod';
import { processMain } from '../process/process-main';
import { openApp, type ServiceOptions } from './start-service';

export interface ServiceMainOptions<Schema extends z.ZodObject> extends ServiceOptions<
  z.output<Schema> & BaseServiceConfig
> {
  /** Extends `baseServiceEnvironment`. */
  readonly configSchema: Schema;
}

/** A start that is told to stop ends at once: it may wait half a minute for a database, and its work is transactional. */
function unlessStopping<T>(start: Promise<T>, stopping: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    stopping.addEventListener('abort', () => {
      reject(new Error('stopped while starting'));
    });
    start.then(resolve, reject);
  });
}

/** The whole of a service's `main.ts`: `processMain` with an HTTP application and consumers. */
export function serviceMain<Schema extends z.ZodObject>(options: ServiceMainOptions<Schema>): Promise<void> {
  return processMain({
    name: options.name,
    configSchema: options.configSchema,
    start: (config, runtime) =>
      unlessStopping(
        openApp(options, config as z.output<Schema> & BaseServiceConfig, runtime),
        runtime.stopping,
      ),
  });
}
