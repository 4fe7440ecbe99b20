import type { Finding, TestSummary } from '@ymera/contracts';
import type { Failure } from '@ymera/kernel';
import { manifestFindings } from '../workspace/dependencies/install-problem';

export interface UntestableChange {
  readonly tests: TestSummary;
  readonly findings: Finding[];
}

/**
 * The findings on a change on which no test can run because of its own manifests: it goes back to its author.
 * Undefined for a failure that is not the change's fault.
 */
export function untestableChange(
  error: Failure,
  { tree, command }: Pick<TestSummary, 'tree' | 'command'>,
): UntestableChange | undefined {
  const findings = manifestFindings(error);
  if (findings.length === 0) return undefined;
  const none = { total: 0, passed: 0, failed: 0, skipped: 0, flaky: 0 };
  return { tests: { tree, command, ...none, duration_ms: 0, exit_code: 1 }, findings: [...findings] };
}
