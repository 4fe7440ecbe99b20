import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TracerProvider,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';
import { settlesWithin } from '@ymera/kernel';
import { collectProcessMetrics } from './metrics';
import { RootSampler } from './root-sampler';

export interface TelemetryOptions {
  readonly service: string;
  readonly version: string;
  /** Base address of an OTLP/HTTP collector, e.g. `http://127.0.0.1:4318`; without it nothing is exported. */
  readonly otlpEndpoint?: string | undefined;
  /** Share of the traces that begin here and are recorded, 0 to 1; default 1. A caller's own decision is kept. */
  readonly sampleRatio?: number | undefined;
  /** The same for traces that begin with a bulk span (`SpanOptions.isBulk`); default one in a thousand. */
  readonly bulkSampleRatio?: number | undefined;
  /** Instead of the exporter; for tests. */
  readonly spanProcessors?: readonly SpanProcessor[] | undefined;
}

export interface Telemetry {
  /** Exports the remaining spans, within two seconds. */
  shutdown(): Promise<void>;
}

const flushMs = 2000;
const defaultBulkRatio = 0.001;
/** Maximum of spans that wait for the receiver; more are dropped, because monitoring must not slow the service down. */
const exportLimits = {
  maxQueueSize: 8192,
  maxExportBatchSize: 512,
  scheduledDelayMillis: 1_000,
  exportTimeoutMillis: 5_000,
} as const;

/** Loaded on demand: the exporter is the heavy part. */
async function exporting(endpoint: string): Promise<SpanProcessor> {
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
  return new BatchSpanProcessor({
    exporter: new OTLPTraceExporter({
      url,
      timeoutMillis: exportLimits.exportTimeoutMillis,
    }),
    ...exportLimits,
  });
}

/**
 * Once per process, before anything else. Spans always have valid ids that are propagated; they are recorded only if
 * there is a receiver.
 */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const processors = [
    ...(options.spanProcessors ?? []),
    ...(options.otlpEndpoint ? [await exporting(options.otlpEndpoint)] : []),
  ];
  const root =
    processors.length > 0
      ? new RootSampler(options.sampleRatio ?? 1, options.bulkSampleRatio ?? defaultBulkRatio)
      : new AlwaysOffSampler();
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.namespace': 'ymera',
      'service.name': options.service,
      'service.version': options.version,
    }),
    sampler: new ParentBasedSampler({ root }),
    spanProcessors: processors,
  });
  // A process has one; a second start (several services in one test) joins the first.
  const isFirst = trace.setGlobalTracerProvider(provider);
  if (isFirst) {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  }
  collectProcessMetrics({ service: options.service });

  return {
    async shutdown() {
      await settlesWithin(flushMs, provider.shutdown());
      if (!isFirst) return;
      trace.disable();
      context.disable();
      propagation.disable();
    },
  };
}
