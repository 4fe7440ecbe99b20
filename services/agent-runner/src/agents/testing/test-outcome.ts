import { z } from 'zod';
import type { TestReading } from '../../tools/test-reports/read-tests';
import type { TestCounts } from '../../tools/test-reports/report';
import { type ErrorKind, errorKind } from '../../tools/test-reports/error-kind';
import { type ErrorExcerpt, firstError } from '../../tools/first-error';
import type { SandboxOutcome } from '../../sandbox/sandbox';

const failureSchema = z.object({
  name: z.string(),
  group: z.string().optional(),
  kind: z.string().transform((kind) => kind as ErrorKind),
  message: z.string(),
  file: z.string().optional(),
  line: z.number().optional(),
  evidence: z.string(),
  isLoadFailure: z.boolean().optional(),
});

/** The outcome of a test command; stored for a base, so it is plain data. */
export const testOutcomeSchema = z.object({
  end: z.enum([
    'exited',
    'timed_out',
    'watching',
    'memory_exceeded',
    'disk_exceeded',
    'could_not_start',
    'canceled',
  ]),
  exitCode: z.number(),
  /** Counts of the recognised tools; an unknown tool counts as one test that passed or failed. */
  counts: z.object({ total: z.number(), passed: z.number(), failed: z.number(), skipped: z.number() }),
  /** A recognised tool reports that it ran no test. */
  isEmpty: z.boolean(),
  failures: z.array(failureSchema),
  /** Failures of tests that passed in another run of the same commit. */
  flaky: z.array(failureSchema).default([]),
  namesAll: z.boolean(),
  tools: z.array(z.string()),
  /** The first error of the output, for a failure that no test explains. */
  error: z.object({ message: z.string(), context: z.string(), kind: z.string() }).optional(),
  durationMs: z.number(),
  /** The sandbox's reason for ending it. */
  reason: z.string().optional(),
});
export type TestOutcome = Readonly<z.output<typeof testOutcomeSchema>>;

/** Exit codes from here on are signals and codes of shells, and no count of failures. */
export const lowestSignalCode = 124;
/** The exit code of `timeout(1)`. */
const timedOutCode = 124;

/**
 * The exit code decides: an unknown tool counts as one test that passed or failed, and a failed run
 * never counts as one without failures.
 */
export function settledCounts(counts: TestCounts | undefined, exitCode: number): TestCounts {
  if (!counts)
    return exitCode === 0
      ? { total: 1, passed: 1, failed: 0, skipped: 0 }
      : { total: 1, passed: 0, failed: 1, skipped: 0 };
  if (exitCode === 0 || counts.failed > 0) return counts;
  return { ...counts, failed: 1, total: counts.total + 1 };
}

export function testOutcome(
  ended: Pick<SandboxOutcome, 'exitCode' | 'stdout' | 'stderr' | 'durationMs' | 'reason'>,
  end: TestOutcome['end'],
  reading: TestReading,
): TestOutcome {
  const exitCode = ended.exitCode ?? timedOutCode;
  const found = exitCode === 0 ? undefined : causeOf(ended, reading);
  return {
    end,
    exitCode,
    counts: settledCounts(reading.counts, exitCode),
    isEmpty: reading.counts?.total === 0,
    failures: [...reading.failures],
    flaky: [],
    namesAll: reading.namesAll && end === 'exited',
    tools: [...reading.tools],
    ...(found ? { error: { ...found, kind: errorKind(found.message, found.context) } } : {}),
    durationMs: ended.durationMs,
    ...(ended.reason === undefined ? {} : { reason: ended.reason }),
  };
}

/** The end of a runner's report about its tests. */
const summary =
  /^(?:[#ℹ] (?:fail|todo|duration_ms) .*|Tests: .*| +Tests +.*| *\d+ (?:passing|failing|pending)\b.*|Ran \d+ tests?.*|test result: .*|\d+ (?:specs?|examples?), .*|=+ .* in [\d.]+s.*|ok +\t.*)$/gm;

/** Whether a runner has printed its summary. */
export const hasSummary = (output: string): boolean => output.search(summary) !== -1;

/** When no test failed, the failure came after the tests: a threshold, a linter, a crash at the end. */
function causeOf(
  { stdout, stderr }: Pick<SandboxOutcome, 'stdout' | 'stderr'>,
  { counts }: TestReading,
): ErrorExcerpt | undefined {
  if (counts !== undefined && counts.failed === 0) {
    const last = [...stdout.matchAll(summary)].at(-1);
    const after = last ? stdout.slice(last.index + last[0].length) : '';
    const found = firstError(after) ?? firstError(stderr);
    if (found) return found;
  }
  return firstError(`${stderr}\n${stdout}`);
}

/** No failure, by the exit code and by the tools' reports, except for tests that passed in another run. */
export const isGreen = ({ end, exitCode, counts, flaky }: TestOutcome): boolean =>
  end === 'exited' && counts.failed === 0 && (exitCode === 0 || flaky.length > 0);
