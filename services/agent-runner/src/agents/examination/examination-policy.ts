import type { Finding } from '@ymera/contracts';

/**
 * What a change must hold to. Data with a version, because a verdict is worth only as much as the rules it was given by:
 * whoever changes a value here changes the version.
 */
export interface ExaminationPolicy {
  readonly version: string;
  /** New findings of these severities stop a change. */
  readonly blocking: readonly Finding['severity'][];
  /** Of those, the severities that a person may accept; what is critical can be accepted under no policy. */
  readonly waivable: readonly Exclude<Finding['severity'], 'critical'>[];
  /** Runs of each side when a benchmark shows an enhancement. */
  readonly benchmarkRuns: number;
  /** The same for other changes, which only must not do harm. */
  readonly regressionRuns: number;
  /** Median after / median before beyond which a change is a regression, where it is more than noise. */
  readonly maximumSlowdown: number;
  /** How grave it is that the clock outside of the benchmark does not bear out the speed-up that it says. */
  readonly speedupNotBorneOut: Finding['severity'];
  /** Peak memory after / before, and mebibytes more, beyond which growth is a finding; both must be exceeded. */
  readonly maximumMemoryGrowth: number;
  readonly ignoredMemoryMb: number;
  /** The same for the bytes that stay in memory after each operation. */
  readonly maximumRetainedGrowth: number;
  readonly ignoredRetainedBytes: number;
  /** How grave it is that no test fails without a fix. */
  readonly fixWithoutTest: Finding['severity'];
}

export const defaultPolicy: ExaminationPolicy = {
  version: '2026-11-4',
  blocking: ['high', 'critical'],
  waivable: ['high'],
  benchmarkRuns: 10,
  regressionRuns: 6,
  maximumSlowdown: 1.1,
  // Seen by the person who approves the landing: honest benchmarks of a fixed time cannot be told apart.
  speedupNotBorneOut: 'medium',
  maximumMemoryGrowth: 1.5,
  ignoredMemoryMb: 32,
  maximumRetainedGrowth: 1.5,
  ignoredRetainedBytes: 64,
  // Seen by the person who approves the landing; many projects have faults that no test of theirs can show.
  fixWithoutTest: 'medium',
};
