import type { Finding } from '@ymera/contracts';
import type { Failure } from '@ymera/kernel';

const faultsOfChange: ReadonlySet<string> = new Set(['benchmark_failed', 'benchmark_results_changed']);

/** A benchmark that never worked is not the fault of the change. */
export const benchmarkFinding = (error: Failure): Finding => ({
  code: error.code,
  severity: faultsOfChange.has(error.code) ? 'high' : 'info',
  message: error.message,
});
