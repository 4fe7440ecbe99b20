import type { ProcessConfig } from '@ymera/config';
import { createLogger, startTelemetry, type ProcessLogger } from '@ymera/observability';
import { version } from '../../package.json';
import { HealthChecks } from './health-checks';
import { ShutdownSequence } from './shutdown-sequence';

/** What a process has before it opens anything of its own, and what its composition root gets besides the configuration. */
export interface ServiceRuntime {
  readonly service: string;
  readonly version: string;
  readonly logger: ProcessLogger;
  /** Add a check for each dependency without which the process cannot work. */
  readonly health: HealthChecks;
  /** What is opened defers its close here; closed last deferred first. */
  readonly shutdown: ShutdownSequence;
  /** Aborted by the first SIGTERM or SIGINT: long waits of the start give up. */
  readonly stopping: AbortSignal;
}

export interface OpenRuntime extends ServiceRuntime {
  /** Not ready any more, and `stopping` is aborted. */
  beginStop(): void;
  /** `beginStop`, then everything deferred closes; telemetry is last. Does not reject: what cannot be closed is logged. */
  close(): Promise<void>;
}

/** Telemetry before anything else, so that nothing that is opened later is missing in a trace. */
export async function openRuntime(service: string, config: ProcessConfig): Promise<OpenRuntime> {
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
  const stopping = new AbortController();
  const beginStop = (): void => {
    health.draining();
    stopping.abort();
  };
  return {
    service,
    version,
    logger,
    health,
    shutdown,
    stopping: stopping.signal,
    beginStop,
    close: () => {
      beginStop();
      return shutdown.run();
    },
  };
}
