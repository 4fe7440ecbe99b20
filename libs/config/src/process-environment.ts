import { z } from 'zod';
import { port, seconds } from './variable';

/** What every process of the platform reads, also one without a database and a broker of its own. */
export const processEnvironment = z.object({
  YMERA_HTTP_HOST: z.string().default('127.0.0.1'),
  YMERA_HTTP_PORT: port(),
  YMERA_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  /** Base address of an OTLP/HTTP collector; no spans are exported without it. */
  YMERA_OTLP_ENDPOINT: z.url().optional(),
  /** Share of traces that begin here and are recorded, 0 to 1. */
  YMERA_TRACE_SAMPLE_RATIO: z.coerce.number().min(0).max(1).default(1),
  /** The same for periodic work: reports, probes, the broker's requests. Never above the other. */
  YMERA_TRACE_BULK_SAMPLE_RATIO: z.coerce.number().min(0).max(1).default(0.001),
  /** How long a stopping process may finish what it holds. */
  YMERA_DRAIN_SECONDS: seconds(0.1, 600).default(10),
});
export type ProcessConfig = z.output<typeof processEnvironment>;
