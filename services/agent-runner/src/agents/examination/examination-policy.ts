import type { Finding } from '@ymera/contracts';

/**
 * What a change must hold to. Data with a version, because a verdict is worth only as much as the rules it was given by:
 * whoever changes a value here changes the version.
 */
export interface ExaminationPolicy {
  readonly version: string;
  /** New findings of these severities stop a change. */
  readonly blocking: readonly Finding['severity'][];
  /** Runs of each side when a benchmark compares them. */
  readonly benchmarkRuns: number;
  /** Median after / median before beyond which a change is a regression, where it is more than noise. */
  readonly maximumSlowdown: number;
  /** Peak memory after / before, and mebibytes more, beyond which growth is a finding; both must be exceeded. */
  readonly maximumMemoryGrowth: number;
  readonly ignoredMemoryMb: number;
}

export const defaultPolicy: ExaminationPolicy = {
  version: '2026-11-1',
  blocking: ['high', 'critical'],
  benchmarkRuns: 10,
  maximumSlowdown: 1.1,
  maximumMemoryGrowth: 1.5,
  ignoredMemoryMb: 32,
};
