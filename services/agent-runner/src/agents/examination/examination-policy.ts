import type { Finding } from '@ymera/contracts';

/**
 * The rules for a change. Versioned data, because a verdict is only meaningful together with its rules: change the version
 * with every change of a value here.
 */
export interface ExaminationPolicy {
  readonly version: string;
  /** New findings of these severities block a change. */
  readonly blocking: readonly Finding['severity'][];
  /** Of those, the severities that a person may accept; a critical finding can be accepted under no policy. */
  readonly waivable: readonly Exclude<Finding['severity'], 'critical'>[];
  /** Runs of each side for a benchmark of an enhancement. */
  readonly benchmarkRuns: number;
  /** The same for other changes, which must only cause no regression. */
  readonly regressionRuns: number;
  /** Median after / median before above which a change is a regression, if the difference is more than noise. */
  readonly maximumSlowdown: number;
  /** Severity when the outside clock does not confirm the benchmark's speed-up. */
  readonly speedupNotBorneOut: Finding['severity'];
  /** Peak memory after / before, and mebibytes more, beyond which growth is a finding; both must be exceeded. */
  readonly maximumMemoryGrowth: number;
  readonly ignoredMemoryMb: number;
  /** The same for the bytes that stay in memory after each operation. */
  readonly maximumRetainedGrowth: number;
  readonly ignoredRetainedBytes: number;
  /** Severity when no test fails without the fix. */
  readonly fixWithoutTest: Finding['severity'];
}

export const defaultPolicy: ExaminationPolicy = {
  version: '2026-11-4',
  blocking: ['high', 'critical'],
  waivable: ['high'],
  benchmarkRuns: 10,
  regressionRuns: 6,
  maximumSlowdown: 1.1,
  // Shown to the approver of the landing: honest benchmarks of a fixed time cannot be distinguished.
  speedupNotBorneOut: 'medium',
  maximumMemoryGrowth: 1.5,
  ignoredMemoryMb: 32,
  maximumRetainedGrowth: 1.5,
  ignoredRetainedBytes: 64,
  // Shown to the approver of the landing; many projects have defects that none of their tests can show.
  fixWithoutTest: 'medium',
};
