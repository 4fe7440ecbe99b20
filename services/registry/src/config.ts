import { baseServiceEnvironment, secret, seconds } from '@ymera/config';
import { partitionCount } from '@ymera/contracts';
import { z } from 'zod';
import { parsePeppers } from './domain/pepper';

export const configSchema = baseServiceEnvironment.extend({
  /** `http://user:password@host:port`: to declare principals' queues and to close connections. */
  YMERA_RABBITMQ_MANAGEMENT_URL: secret(),
  /** The last segment of the path that the broker calls about principals. */
  YMERA_BROKER_CALLBACK_TOKEN: secret().refine((token) => token.reveal().length >= 16, {
    message: 'must have at least 16 characters',
  }),
  /** `1:<key>,2:<key>`, or one bare key; the highest version signs, the others remain valid. */
  YMERA_CREDENTIAL_PEPPER: secret().transform((text, context) => {
    const peppers = parsePeppers(text.reveal());
    if (peppers) return peppers;
    context.addIssue('needs keys of at least 16 characters, each with a version of its own');
    return z.NEVER;
  }),
  /** The broker URL for principals, without credentials. */
  YMERA_AGENT_BROKER_URL: z.string().min(1),
  YMERA_CREDENTIAL_VALID_DAYS: z.coerce.number().min(0.001).max(3650).default(90),
  YMERA_REPORT_INTERVAL_SECONDS: seconds(0.1, 3600).default(60),
  /** Longer than the broker's cache of permissions. */
  YMERA_BROKER_PERMISSION_CACHE_SECONDS: seconds(0, 600).default(5),
  /** Report partitions of the installation; fewer only in tests. */
  YMERA_PARTITIONS: z.coerce.number().int().min(1).max(partitionCount).default(partitionCount),
});

export type RegistryConfig = z.output<typeof configSchema>;
