import {
  addCounts,
  countsOf,
  cut,
  noTests,
  numberOf,
  type ReportedFailure,
  type ReportReader,
} from './report';

const summary = /^ +Tests +(no tests|\d+ .*\(\d+\))$/gm;

/** Vitest's summary, and its ` FAIL  file > suite > test` blocks. */
export const vitest: ReportReader = (output) => {
  const lines = [...output.matchAll(summary)].map(([, line = '']) => line);
  const hasNoFiles = /^(?:.*\s)?No test files found, exiting with code [01]$/m.test(output);
  if (lines.length === 0 && !hasNoFiles) return undefined;
  const failures = failuresOf(output);
  const unloaded = failures.filter(({ isLoadFailure }) => isLoadFailure).length;
  const counted = addCounts(
    lines.map((line) =>
      countsOf(
        numberOf(line, 'passed'),
        numberOf(line, 'failed'),
        numberOf(line, 'skipped') + numberOf(line, 'todo'),
      ),
    ),
  );
  const counts = { ...counted, total: counted.total + unloaded, failed: counted.failed + unloaded };
  return {
    tool: 'vitest',
    counts: lines.length === 0 ? noTests : counts,
    failures,
    namesAll: failures.length >= counts.failed,
  };
};

function failuresOf(output: string): ReportedFailure[] {
  return cut(output, /^ FAIL {2}(.+)$/gm).map(({ name, text }) => {
    const words = text.split(/^⎯{4,}/m)[0] ?? '';
    const unloaded = /^(?:\|[^|]+\| )?(\S+) \[ .+ \]$/.exec(name)?.[1];
    const file = unloaded ?? name.replace(/^\|[^|]+\| /, '').split(' > ')[0] ?? name;
    const error = words.trim().split('\n')[0];
    return {
      name: unloaded ?? name,
      group: file,
      location: `${file}:1`,
      text: words,
      ...(unloaded === undefined ? {} : { isLoadFailure: true }),
      ...(error === undefined || error === '' ? {} : { error }),
    };
  });
}
