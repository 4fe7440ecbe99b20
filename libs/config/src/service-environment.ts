import { z } from 'zod';
import { secret } from './secret';

/** A TCP port; 0 lets the system choose. */
export const port = () => z.coerce.number().int().min(0).max(65_535);

/** A duration in seconds, fractions allowed; the variable's name ends in `_SECONDS`. */
export const seconds = (minimum = 0.001, maximum = 31_536_000) => z.coerce.number().min(minimum).max(maximum);

/** `true`, `1`, `yes`, `on` and their opposites. */
export const flag = (fallback: boolean) => z.stringbool().default(fallback);

/** What every service reads; a service extends it in its `config.ts`. */
export const baseServiceEnvironment = z.object({
  /** With the service's own role and password. */
  YMERA_POSTGRES_URL: secret(),
  /** `amqp://svc-<service>:password@host:port`, without a virtual host. */
  YMERA_RABBITMQ_URL: secret(),
  YMERA_RABBITMQ_VHOST: z.string().default('/ymera'),
  YMERA_RABBITMQ_AGENTS_VHOST: z.string().default('/agents'),
  YMERA_HTTP_HOST: z.string().default('127.0.0.1'),
  YMERA_HTTP_PORT: port(),
  YMERA_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  /** Base address of an OTLP/HTTP collector; no spans are exported without it. */
  YMERA_OTLP_ENDPOINT: z.url().optional(),
  /** Share of traces that begin here and are recorded, 0 to 1. */
  YMERA_TRACE_SAMPLE_RATIO: z.coerce.number().min(0).max(1).default(1),
  /** The same of what runs by itself all the time: reports, probes, the broker's questions. Never above the other. */
  YMERA_TRACE_BULK_SAMPLE_RATIO: z.coerce.number().min(0).max(1).default(0.001),
  /** Connections to PostgreSQL of this process. */
  YMERA_DB_POOL_SIZE: z.coerce
    .number()
    .int()
    .min(1)
    .max(200)
    .default(20)
    .meta({ aliases: ['AGENT_MANAGER_DB_POOL_SIZE'] }),
  YMERA_MIGRATE_ON_START: flag(true),
  /** How long a stopping process may finish what it holds. */
  YMERA_DRAIN_SECONDS: seconds(0.1, 600).default(10),
});
export type BaseServiceConfig = z.output<typeof baseServiceEnvironment>;
