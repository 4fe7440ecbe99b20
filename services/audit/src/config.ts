import { baseServiceEnvironment, port, type BaseServiceConfig } from '@ymera/config';

export const configSchema = baseServiceEnvironment.extend({ YMERA_HTTP_PORT: port().default(8007) });
export type AuditConfig = BaseServiceConfig;
