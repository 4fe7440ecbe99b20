import { loadConfig } from '@ymera/config';
import { FailureException } from '@ymera/kernel';
import { createLogger, startTelemetry } from '@ymera/observability';
import { version } from '../package.json';
import { startRunner } from './app/runner';
import { configSchema } from './config';

async function main(): Promise<void> {
  const config = loadConfig(configSchema);
  const telemetry = await startTelemetry({
    service: 'agent-runner',
    version,
    otlpEndpoint: config.YMERA_OTLP_ENDPOINT,
    sampleRatio: config.YMERA_TRACE_SAMPLE_RATIO,
    bulkSampleRatio: config.YMERA_TRACE_BULK_SAMPLE_RATIO,
  });
  const logger = createLogger({ service: 'agent-runner', version, level: config.YMERA_LOG_LEVEL });
  const stopping = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => {
        stopping.abort();
        resolve();
      });
  });
  const runner = await startRunner(config, logger, stopping.signal);
  await stopped;
  await runner.stop();
  await telemetry.shutdown();
  process.exit(0);
}

main().catch((error: unknown) => {
  const suggestion = error instanceof FailureException ? error.failure.suggestion : undefined;
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`agent-runner cannot run: ${[reason, suggestion].filter(Boolean).join('\n')}\n`);
  process.exit(1);
});
