export interface TestCounts {
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A failure as a tool printed it, before its places are resolved. */
export interface ReportedFailure {
  /** The test's name in the tool's notation; for a file that could not be loaded, the file. */
  readonly name: string;
  /** The package, module or file that the name belongs to, where the tool prints it. */
  readonly group?: string;
  /** The output about it. */
  readonly text: string;
  /** The error's own message, where the tool separates it. */
  readonly error?: string;
  /** The place of the test, for an error that names no place of the project. */
  readonly location?: string;
  /** Not a test: a file or package of tests that could not be loaded or built. */
  readonly isLoadFailure?: boolean;
}

/** One tool's output about its runs, added up. */
export interface ToolReport {
  readonly tool: string;
  /** Undefined where the tool was recognised but printed no summary: it was stopped, or could not load a file. */
  readonly counts: TestCounts | undefined;
  readonly failures: readonly ReportedFailure[];
  /** Whether all failures are among `failures`, so that a test that is not listed has passed. */
  readonly namesAll: boolean;
}

/** Undefined unless the output has this tool's own format; words in a log do not count. */
export type ReportReader = (output: string) => ToolReport | undefined;

export const noTests: TestCounts = { total: 0, passed: 0, failed: 0, skipped: 0 };

export const countsOf = (passed: number, failed: number, skipped: number): TestCounts => ({
  total: passed + failed + skipped,
  passed,
  failed,
  skipped,
});

export const addCounts = (all: readonly TestCounts[]): TestCounts =>
  all.reduce(
    (sum, counts) => ({
      total: sum.total + counts.total,
      passed: sum.passed + counts.passed,
      failed: sum.failed + counts.failed,
      skipped: sum.skipped + counts.skipped,
    }),
    noTests,
  );

/** The sum of the first groups of all matches: several runs of a tool add up. Undefined without a match. */
export function sumOf(output: string, pattern: RegExp): number | undefined {
  const found = [...output.matchAll(pattern)];
  return found.length === 0 ? undefined : found.reduce((sum, [, number]) => sum + Number(number ?? 0), 0);
}

/** The number before a word in a line such as `1 failed, 3 passed`. */
export const numberOf = (line: string, word: string): number =>
  Number(new RegExp(String.raw`(?<![\w.])(\d+) ${word}`).exec(line)?.[1] ?? 0);

/** Splits at each line that matches; the first group names the following section. */
export function cut(
  text: string,
  heading: RegExp,
): readonly { readonly name: string; readonly text: string; readonly before: string }[] {
  const headings = [...text.matchAll(heading)];
  return headings.map((match, index) => ({
    name: (match[1] ?? '').trim(),
    text: text.slice(match.index + match[0].length, headings[index + 1]?.index ?? text.length),
    before: text.slice(0, match.index),
  }));
}
