const LAST_LINES = 10;

const NO_TESTS = { passed: 0, failed: 0, skipped: 0 };

/** A file that could not even be loaded holds no counted test: it counts as one failed. */
export function countJest(report) {
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/**
 * What to say of a run that should have left a report and did not: it did not even come to its end. The runner's own
 * words are in what it printed last.
 */
export function endedWithoutReport(name, { code, killedBy, output = [] }) {
  const end = killedBy ? `ended by ${killedBy}` : `exit code ${code}`;
  return [
    `${name}: the test run ended without a report (${end})`,
    ...output.filter((line) => line.trim() !== '').slice(-LAST_LINES),
  ];
}

export function countTap(text) {
  const count = (name) => Number(text.match(new RegExp(`^# ${name} (\\d+)$`, 'm'))?.[1] ?? 0);
  return {
    passed: count('pass'),
    failed: count('fail') + count('cancelled'),
    skipped: count('skipped') + count('todo'),
  };
}

function addCounts(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** The last line of `npm test`: machines read it, so it stands alone and keeps this form. */
function summaryLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/**
 * What `npm test` says at its end: the count, or why there is none. A count without the tests of a run that was cut off
 * would be taken for the truth.
 */
export function testSummary(results) {
  const missing = results.flatMap((result) => result.missing ?? []);
  if (missing.length > 0) return missing;
  return [summaryLine(results.map(({ counts }) => counts).reduce(addCounts, NO_TESTS))];
}
