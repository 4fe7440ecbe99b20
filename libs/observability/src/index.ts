export type { Context, Link, Span } from '@opentelemetry/api';
export { createLogger, type LoggerOptions, type ProcessLogger } from './logger';
export { counter, gauge, histogram, renderMetrics } from './metrics';
export { redact, redactText } from './redact';
export { startTelemetry, type Telemetry, type TelemetryOptions } from './telemetry';
export {
  currentLink,
  currentSpanId,
  currentTraceId,
  extractTrace,
  injectTrace,
  linkOf,
  startSpan,
  tracer,
  withSpan,
  withTrace,
  type OpenSpan,
  type SpanOptions,
  type TraceHeaders,
} from './tracing';
