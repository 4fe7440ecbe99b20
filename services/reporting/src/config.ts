import { baseServiceEnvironment, seconds, type BaseServiceConfig } from '@ymera/config';
import { partitionCount } from '@ymera/contracts';
import { z } from 'zod';
import type { SilencePolicy } from './domain/decide';
import { enforcementPolicy } from './domain/enforcement';
import { massSilencePolicy, type MassSilencePolicy } from './domain/group-guard';
import { livenessPolicy } from './domain/liveness';

export const reportingEnvironment = baseServiceEnvironment.extend({
  /** Window of agents whose principal has not said hello yet; otherwise the registry says it. */
  YMERA_REPORT_INTERVAL_SECONDS: seconds(0.1, 3600).default(60),
  /** How late an agent may be, on top of each threshold: for jitter of sender and network. */
  YMERA_REPORT_JITTER_SECONDS: seconds(0, 600).default(0.25),
  /** The ladder, in windows without a report; each more than the one before. */
  YMERA_ENFORCEMENT_WARN_AFTER: z.coerce.number().int().min(2).max(10_000).default(3),
  YMERA_ENFORCEMENT_SUSPEND_AFTER: z.coerce.number().int().min(3).max(10_000).default(5),
  YMERA_ENFORCEMENT_FREEZE_AFTER: z.coerce.number().int().min(4).max(10_000).default(10),
  /** Good reports that lift a warning or a suspension. */
  YMERA_ENFORCEMENT_RECOVER_AFTER: z.coerce.number().int().min(1).max(10_000).default(3),
  /** How long mass silence keeps sanctions of its group back. */
  YMERA_ENFORCEMENT_LONGEST_HOLD_SECONDS: seconds(0.1, 604_800).default(3600),
  /** Report partitions of the installation; fewer only in tests. */
  YMERA_PARTITIONS: z.coerce.number().int().min(1).max(partitionCount).default(partitionCount),
  /** After so long without renewal another instance may take a partition over. */
  YMERA_PARTITION_LEASE_SECONDS: seconds(0.5, 600).default(5),
  YMERA_REPORT_HISTORY_DAYS: z.coerce.number().int().min(1).max(3650).default(14),
});

export type ReportingConfig = z.output<typeof reportingEnvironment> & BaseServiceConfig;

/** The settings as policy; fails when the ladder does not rise. */
export function policyOf(config: ReportingConfig): {
  readonly silence: SilencePolicy;
  readonly massSilence: MassSilencePolicy;
} {
  const [none, warned, suspended] = [
    config.YMERA_ENFORCEMENT_WARN_AFTER,
    config.YMERA_ENFORCEMENT_SUSPEND_AFTER,
    config.YMERA_ENFORCEMENT_FREEZE_AFTER,
  ];
  if (none >= warned || warned >= suspended)
    throw new Error('YMERA_ENFORCEMENT_WARN_AFTER, _SUSPEND_AFTER and _FREEZE_AFTER must rise.');
  const jitterMs = config.YMERA_REPORT_JITTER_SECONDS * 1000;
  return {
    silence: {
      liveness: { ...livenessPolicy, jitterMs },
      enforcement: {
        ...enforcementPolicy,
        jitterMs,
        climbAfterWindows: { none, warned, suspended },
        recoverAfterReports: config.YMERA_ENFORCEMENT_RECOVER_AFTER,
      },
    },
    massSilence: {
      ...massSilencePolicy,
      longestHoldMs: config.YMERA_ENFORCEMENT_LONGEST_HOLD_SECONDS * 1000,
    },
  };
}
