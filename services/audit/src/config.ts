import { baseServiceEnvironment, port, seconds, secret } from '@ymera/config';
import { z } from 'zod';

export const configSchema = baseServiceEnvironment.extend({
  YMERA_HTTP_PORT: port().default(8007),
  /** `PRIVATE+KEY+<name>+<id>+<key>`, the private key of signed notes; its name is the log's origin. Best by `_FILE`. */
  YMERA_AUDIT_SIGNING_KEY: secret(),
  /** Longest time in seconds between a new entry and the checkpoint that covers it. */
  YMERA_AUDIT_CHECKPOINT_SECONDS: seconds(0.05, 60).default(1),
  /** This many new entries trigger a checkpoint at once. */
  YMERA_AUDIT_CHECKPOINT_ENTRIES: z.coerce.number().int().min(1).max(1_000_000).default(1000),
});
export type AuditConfig = z.output<typeof configSchema>;
