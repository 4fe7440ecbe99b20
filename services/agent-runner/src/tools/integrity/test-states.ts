import type { TestComparison } from './test-comparison';
import { finding, type IntegrityFinding } from './findings';
import type { Matching } from './match-assertions';
import type { TestCase, TestFile } from './test-model';

const lastPart = (title: string): string => title.split(' > ').at(-1) ?? '';

const what = {
  skipped: 'is skipped',
  todo: 'is only a plan, and does not run',
  only: 'runs alone: the others are skipped',
  conditional: 'runs only under a condition',
} as const;

/** Tests that do not run, or run with longer timeouts or more retries than before. */
export function stateFindings(comparison: TestComparison, matching: Matching): readonly IntegrityFinding[] {
  const counterpart = counterparts(comparison.before, matching);
  return comparison.after.flatMap((file) => [
    ...file.cases.flatMap((test) => stateOf(file, test, counterpart(test), comparison)),
    ...fileSettings(file, comparison),
  ]);
}

/** The old test of a test: by its title, or by its assertions. */
function counterparts(
  before: readonly TestFile[],
  matching: Matching,
): (test: TestCase) => TestCase | undefined {
  const byTitle = new Map(
    before.flatMap(({ cases }) => cases.map((test) => [lastPart(test.title), test] as const)),
  );
  const byAssertion = new Map(
    [...matching.kept, ...matching.rebound, ...matching.edited].map(
      ({ before: old, after }) => [after.test, old.test] as const,
    ),
  );
  return (test) => byAssertion.get(test) ?? byTitle.get(lastPart(test.title));
}

function stateOf(
  file: TestFile,
  test: TestCase,
  old: TestCase | undefined,
  { request }: TestComparison,
): readonly IntegrityFinding[] {
  const found: IntegrityFinding[] = [];
  const place = { file: file.path, line: test.line };
  const isNoWorse = test.state === old?.state || old?.state === 'skipped' || old?.state === 'todo';
  if (test.state !== 'runs' && !isNoWorse) {
    const isAsked = /\b(?:skip|todo|placeholder|disable|quarantine)/i.test(request.text);
    // A new test that cannot run everywhere removes nothing.
    const isNewCondition = old === undefined && test.state === 'conditional';
    const severity = (isAsked && old === undefined) || isNewCondition ? 'medium' : 'high';
    found.push(
      finding(
        'test_skipped',
        severity,
        `The test "${test.title}" ${what[test.state]}.`,
        place,
        'Let the test run, and make the product pass it.',
      ),
    );
  }
  if (old !== undefined && (test.timeoutMs ?? 0) > (old.timeoutMs ?? 0))
    found.push(
      patience('timeout_raised', `"${test.title}" may take longer than before.`, place, request.text),
    );
  if (old !== undefined && test.retries > old.retries)
    found.push(
      patience('retries_added', `"${test.title}" may fail and be tried again.`, place, request.text),
    );
  return found;
}

function fileSettings(file: TestFile, { before, request }: TestComparison): readonly IntegrityFinding[] {
  const old = before.find(({ path }) => path === file.path);
  if (!old) return [];
  const place = { file: file.path };
  const found: IntegrityFinding[] = [];
  if ((file.timeoutMs ?? 0) > (old.timeoutMs ?? 0))
    found.push(
      patience('timeout_raised', 'The tests of this file may take longer than before.', place, request.text),
    );
  if (file.retries > old.retries)
    found.push(
      patience('retries_added', 'The tests of this file may fail and be tried again.', place, request.text),
    );
  return found;
}

const patience = (
  code: string,
  message: string,
  place: { file: string; line?: number },
  request: string,
): IntegrityFinding => {
  const isAsked =
    code === 'timeout_raised'
      ? /\b(?:slow|time-?outs?|timed? out|longer|integration|end.to.end|e2e|latency|seconds|minutes)\b/i.test(
          request,
        )
      : /\b(?:retr(?:y|ies)|flak(?:y|iness))\b/i.test(request);
  return finding(
    code,
    isAsked ? 'medium' : 'high',
    message,
    place,
    'Find the cause of the longer time, or of the flakiness.',
  );
};
