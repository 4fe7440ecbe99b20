import { baseServiceEnvironment } from '@ymera/config';
import type { z } from 'zod';

export const configSchema = baseServiceEnvironment;

export type AuditConfig = z.output<typeof configSchema>;
