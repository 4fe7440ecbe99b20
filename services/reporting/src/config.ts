import { baseServiceEnvironment, seconds, type BaseServiceConfig } from '@ymera/config';
import { partitionCount } from '@ymera/contracts';
import { z } from 'zod';

export const reportingEnvironment = baseServiceEnvironment.extend({
  /** Window of agents whose principal has not said hello yet; otherwise the registry says it. */
  YMERA_REPORT_INTERVAL_SECONDS: seconds(0.1, 3600).default(60),
  /** How late an agent may be, on top of each threshold: for jitter of sender and network. */
  YMERA_REPORT_JITTER_SECONDS: seconds(0, 600).default(0.25),
  /** Report partitions of the installation; fewer only in tests. */
  YMERA_PARTITIONS: z.coerce.number().int().min(1).max(partitionCount).default(partitionCount),
  /** After so long without renewal another instance may take a partition over. */
  YMERA_PARTITION_LEASE_SECONDS: seconds(0.5, 600).default(5),
  YMERA_REPORT_HISTORY_DAYS: z.coerce.number().int().min(1).max(3650).default(14),
});

export type ReportingConfig = z.output<typeof reportingEnvironment> & BaseServiceConfig;
