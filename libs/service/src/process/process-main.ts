import { ConfigError, loadConfig, type ProcessConfig } from '@ymera/config';
import { FailureException } from '@ymera/kernel';
import type { z } from 'zod';
import { openRuntime, type OpenRuntime, type ServiceRuntime } from './service-runtime';

export interface ProcessMainOptions<Schema extends z.ZodObject> {
  /** As in logs, traces and on standard error. */
  readonly name: string;
  /** Extends `processEnvironment`. */
  readonly configSchema: Schema;
  /** Resolves when the process is ready for work. What it opens defers its close to `runtime.shutdown`. */
  readonly start: (config: z.output<Schema> & ProcessConfig, runtime: ServiceRuntime) => Promise<unknown>;
  /** From the first signal until the process exits with 1; default `YMERA_DRAIN_SECONDS`. */
  readonly maxStopSeconds?: (config: z.output<Schema> & ProcessConfig) => number;
}

/** What a person can act on comes without a stack: a problem of the configuration, or a declared failure and what to do. */
function describe(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (error instanceof FailureException)
    return [error.message, error.failure.suggestion].filter(Boolean).join('\n');
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function exitOnUncaughtErrors({ logger }: ServiceRuntime): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => {
      logger.error('uncaught error, exiting', { error });
      process.exit(1);
    });
}

/** Waits for the start first, so that nothing is cut in the middle: an enrolment would spend its token and keep nothing. */
function exitOnSignals(
  runtime: OpenRuntime,
  startSettled: () => Promise<unknown>,
  maxStopSeconds: number,
): void {
  const stop = (signal: NodeJS.Signals): void => {
    if (runtime.stopping.aborted) process.exit(1);
    runtime.logger.info('stopping', { signal });
    runtime.beginStop();
    setTimeout(() => {
      runtime.logger.warn('stopped before everything was drained', { drain_seconds: maxStopSeconds });
      process.exit(1);
    }, maxStopSeconds * 1000);
    void startSettled()
      .then(() => runtime.close())
      .then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/**
 * The whole of a `main.ts`. Exit code 1 with every problem of the configuration, or when it cannot start. SIGTERM and SIGINT
 * close what is open, last opened first, and end with 0; with 1 at a second signal or when `maxStopSeconds` have passed. An
 * uncaught error ends the process with 1 at once: state is safe in the database.
 */
export async function processMain<Schema extends z.ZodObject>(
  options: ProcessMainOptions<Schema>,
): Promise<void> {
  let runtime: OpenRuntime | undefined;
  let maxStopSeconds = 0;
  try {
    const config = loadConfig(options.configSchema) as z.output<Schema> & ProcessConfig;
    maxStopSeconds = options.maxStopSeconds?.(config) ?? config.YMERA_DRAIN_SECONDS;
    runtime = await openRuntime(options.name, config);
    exitOnUncaughtErrors(runtime);
    let started: Promise<unknown> = Promise.resolve();
    exitOnSignals(runtime, () => Promise.allSettled([started]), maxStopSeconds);
    started = options.start(config, runtime);
    await started;
    runtime.health.started();
  } catch (error) {
    // The handler of the signal ends the process.
    if (runtime?.stopping.aborted) return;
    process.stderr.write(`${options.name} cannot run: ${describe(error)}\n`);
    setTimeout(() => process.exit(1), maxStopSeconds * 1000);
    await runtime?.close();
    process.exit(1);
  }
}
