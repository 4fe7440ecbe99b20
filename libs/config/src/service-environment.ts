import { z } from 'zod';
import { processEnvironment } from './process-environment';
import { secret } from './secret';
import { flag } from './variable';

/** The environment of every service; a service extends it in its `config.ts`. */
export const baseServiceEnvironment = z.object({
  /** With the service's own role and password. */
  YMERA_POSTGRES_URL: secret(),
  /** `amqp://svc-<service>:password@host:port`, without a virtual host. */
  YMERA_RABBITMQ_URL: secret(),
  YMERA_RABBITMQ_VHOST: z.string().default('/ymera'),
  YMERA_RABBITMQ_AGENTS_VHOST: z.string().default('/agents'),
  ...processEnvironment.shape,
  /** Connections to PostgreSQL of this process. */
  YMERA_DB_POOL_SIZE: z.coerce
    .number()
    .int()
    .min(1)
    .max(200)
    .default(20)
    .meta({ aliases: ['AGENT_MANAGER_DB_POOL_SIZE'] }),
  YMERA_MIGRATE_ON_START: flag(true),
});
export type BaseServiceConfig = z.output<typeof baseServiceEnvironment>;
