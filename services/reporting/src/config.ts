import { baseServiceEnvironment, seconds } from '@ymera/config';
import { partitionCount } from '@ymera/contracts';
import { z } from 'zod';
import type { MissedReportPolicy } from './domain/decide';
import { sanctionPolicy } from './domain/escalation';
import { massOutagePolicy, type MassOutagePolicy } from './domain/group-suppression';
import { livenessPolicy } from './domain/liveness';

export const configSchema = baseServiceEnvironment.extend({
  /** Window of agents whose principal has not said hello yet; otherwise the registry sets it. */
  YMERA_REPORT_INTERVAL_SECONDS: seconds(0.1, 3600).default(60),
  /** Tolerance on top of each threshold, for jitter of sender and network. */
  YMERA_REPORT_JITTER_SECONDS: seconds(0, 600).default(0.25),
  /** Windows without a report at which an agent is warned, suspended and frozen; each more than the one before. */
  YMERA_ENFORCEMENT_WARN_AFTER: z.coerce.number().int().min(2).max(10_000).default(3),
  YMERA_ENFORCEMENT_SUSPEND_AFTER: z.coerce.number().int().min(3).max(10_000).default(5),
  YMERA_ENFORCEMENT_FREEZE_AFTER: z.coerce.number().int().min(4).max(10_000).default(10),
  /** Good reports that lift a warning or a suspension. */
  YMERA_ENFORCEMENT_RECOVER_AFTER: z.coerce.number().int().min(1).max(10_000).default(3),
  /** Maximum time for which mass suppression delays sanctions of a group. */
  YMERA_ENFORCEMENT_LONGEST_HOLD_SECONDS: seconds(0.1, 604_800).default(3600),
  /** Report partitions of the installation; fewer only in tests. */
  YMERA_PARTITIONS: z.coerce.number().int().min(1).max(partitionCount).default(partitionCount),
  /** Time without renewal after which another instance may take a partition over. */
  YMERA_PARTITION_LEASE_SECONDS: seconds(0.5, 600).default(5),
  YMERA_REPORT_HISTORY_DAYS: z.coerce.number().int().min(1).max(3650).default(14),
});

export type ReportingConfig = z.output<typeof configSchema>;

/** The settings as policy; fails when the thresholds do not rise. */
export function policyOf(config: ReportingConfig): {
  readonly missedReports: MissedReportPolicy;
  readonly massOutage: MassOutagePolicy;
} {
  const [none, warned, suspended] = [
    config.YMERA_ENFORCEMENT_WARN_AFTER,
    config.YMERA_ENFORCEMENT_SUSPEND_AFTER,
    config.YMERA_ENFORCEMENT_FREEZE_AFTER,
  ];
  if (none >= warned || warned >= suspended)
    throw new Error(
      'YMERA_ENFORCEMENT_WARN_AFTER, _SUSPEND_AFTER and _FREEZE_AFTER must rise. Set each above the one before.',
    );
  const jitterMs = config.YMERA_REPORT_JITTER_SECONDS * 1000;
  return {
    missedReports: {
      liveness: { ...livenessPolicy, jitterMs },
      enforcement: {
        ...sanctionPolicy,
        jitterMs,
        escalateAfterWindows: { none, warned, suspended },
        recoverAfterReports: config.YMERA_ENFORCEMENT_RECOVER_AFTER,
      },
    },
    massOutage: {
      ...massOutagePolicy,
      maxSuppressionMs: config.YMERA_ENFORCEMENT_LONGEST_HOLD_SECONDS * 1000,
    },
  };
}
