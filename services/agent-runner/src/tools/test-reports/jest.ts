import { firstError } from '../first-error';
import { addCounts, cut, noTests, numberOf, type ReportedFailure, type ReportReader } from './report';

const summary = /^Tests: +(.*\d+ total)$/gm;
const suiteFailed = 'Test suite failed to run';

/** Jest's summary, and its `● suite › test` blocks, which may be printed a second time before it. */
export const jestOutput: ReportReader = (output) => {
  const lines = [...output.matchAll(summary)].map(([, line = '']) => line);
  const hasNoTests = /^No tests found, exiting with code [01]$/m.test(output);
  if (lines.length === 0 && !hasNoTests) return undefined;
  const failures = failuresOf(output);
  const unloaded = failures.filter(({ isLoadFailure }) => isLoadFailure).length;
  const counted = addCounts(
    lines.map((line) => ({
      total: numberOf(line, 'total'),
      passed: numberOf(line, 'passed'),
      failed: numberOf(line, 'failed'),
      skipped: numberOf(line, 'skipped') + numberOf(line, 'todo') + numberOf(line, 'pending'),
    })),
  );
  const counts = { ...counted, total: counted.total + unloaded, failed: counted.failed + unloaded };
  return {
    tool: 'jest',
    counts: lines.length === 0 ? noTests : counts,
    failures,
    namesAll: failures.length >= counts.failed,
  };
};

function failuresOf(output: string): ReportedFailure[] {
  const found = new Map<string, ReportedFailure>();
  for (const file of cut(output, /^FAIL +(?:\S+ )?(\S+?\.[cm]?[jt]sx?\b).*$/gm)) {
    const printed = file.text.split(/^(?:PASS |Test Suites:)/m)[0] ?? '';
    for (const { name, text } of cut(printed, /^ {2}● (.+)$/gm)) {
      if (name === 'Console') continue;
      const isLoadFailure = name === suiteFailed;
      const error = isLoadFailure ? firstError(text)?.message : undefined;
      const failure = {
        name: isLoadFailure ? file.name : name,
        group: file.name,
        location: `${file.name}:1`,
        text,
        ...(isLoadFailure ? { isLoadFailure } : {}),
        ...(error === undefined ? {} : { error }),
      };
      found.set(JSON.stringify([failure.name, failure.group]), failure);
    }
  }
  return [...found.values()];
}
