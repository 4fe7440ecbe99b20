import { baseServiceEnvironment, seconds } from '@ymera/config';
import type { z } from 'zod';

export const configSchema = baseServiceEnvironment.extend({
  /** Timeout of a task of a plan, in seconds. */
  YMERA_TASK_TIMEOUT_SECONDS: seconds(1, 86_400).default(600),
  /** Time that a person has to decide, in seconds; then the approval is denied. */
  YMERA_APPROVAL_EXPIRY_SECONDS: seconds(1, 30 * 86_400).default(86_400),
  /** Wall time of a whole workflow in seconds, including the time spent waiting for people. */
  YMERA_RUN_BUDGET_SECONDS: seconds(1, 7 * 86_400).default(2 * 86_400),
});

export type CoordinatorConfig = z.output<typeof configSchema>;
