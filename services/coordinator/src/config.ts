import { baseServiceEnvironment, seconds } from '@ymera/config';
import type { z } from 'zod';

export const configSchema = baseServiceEnvironment.extend({
  /** How long a task of a plan may run. */
  YMERA_TASK_TIMEOUT_SECONDS: seconds(1, 86_400).default(600),
  /** How long a person may take to decide; then the answer is no. */
  YMERA_APPROVAL_EXPIRY_SECONDS: seconds(1, 30 * 86_400).default(86_400),
  /** Wall time of a whole run, waiting for people included. */
  YMERA_RUN_BUDGET_SECONDS: seconds(1, 7 * 86_400).default(2 * 86_400),
});

export type CoordinatorConfig = z.output<typeof configSchema>;
