import { baseServiceEnvironment, port, seconds } from '@ymera/config';
import { z } from 'zod';

export const configSchema = baseServiceEnvironment.extend({
  YMERA_HTTP_PORT: port().default(8000),
  /** JSON list of `{name, roles, token_sha256}`; see the README. */
  YMERA_BOOTSTRAP_OPERATORS_FILE: z.string().optional(),
  /** How long an accepted credential is cached, in seconds; a revoked one works here at most that long. */
  YMERA_CREDENTIAL_CACHE_SECONDS: seconds(0.1, 300).default(5),
  /** Requests per second of one caller on this instance; 0 means no limit. */
  YMERA_RATE_LIMIT_PER_SECOND: z.coerce.number().int().min(0).max(1_000_000).default(200),
  /** Maximum open event streams on this instance. */
  YMERA_MAX_WATCHERS: z.coerce.number().int().min(1).max(100_000).default(1000),
  /** How long answers are stored under their idempotency key, in seconds. */
  YMERA_IDEMPOTENCY_KEPT_SECONDS: seconds(1, 30 * 86_400).default(86_400),
  YMERA_TIMELINE_RETENTION_DAYS: z.coerce.number().min(1).max(3650).default(90),
});
export type GatewayConfig = z.output<typeof configSchema>;
