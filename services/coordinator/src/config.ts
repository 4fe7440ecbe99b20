import { baseServiceEnvironment, seconds } from '@ymera/config';
import { z } from 'zod';

export const configSchema = baseServiceEnvironment.extend({
  /** Timeout of a task of a plan, in seconds. */
  YMERA_TASK_TIMEOUT_SECONDS: seconds(1, 86_400).default(600),
  /** Time that a person has to decide, in seconds; then the approval is denied. */
  YMERA_APPROVAL_EXPIRY_SECONDS: seconds(1, 30 * 86_400).default(86_400),
  /** How long a request may run before the orchestrator is asked about its workflow, and between two tries. */
  YMERA_REQUEST_CHECK_SECONDS: seconds(1, 3600).default(60),
  /** How long an ended request is kept, with its approvals. */
  YMERA_REQUEST_RETENTION_DAYS: z.coerce.number().min(30).max(3650).default(365),
  /** Wall time of a whole workflow in seconds, including the time spent waiting for people. */
  YMERA_RUN_BUDGET_SECONDS: seconds(1, 7 * 86_400).default(2 * 86_400),
});

export type CoordinatorConfig = z.output<typeof configSchema>;
