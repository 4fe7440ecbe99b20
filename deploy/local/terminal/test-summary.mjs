/**
 * @import { ObservedEnd } from './run.mjs'
 *
 * @typedef {{ passed: number, failed: number, skipped: number }} TestCounts
 * @typedef {{ counts: TestCounts } | { missing: string[] }} TestOutcome the counts of one run of a test runner, or what to
 *   print instead
 *
 * @typedef {object} JestReport
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numRuntimeErrorTestSuites
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 */

const MAX_LAST_LINES = 10;

/** @type {TestCounts} */
const NO_TESTS = { passed: 0, failed: 0, skipped: 0 };

/**
 * A file that could not be loaded contains no counted test: it counts as one failed.
 * @param {JestReport} report
 * @returns {TestCounts}
 */
export function countJest(report) {
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/**
 * The lines to print for a test runner that ended without its report: its last output contains its own error.
 * @param {string} name
 * @param {Omit<ObservedEnd, 'output'> & { output?: readonly string[] }} end
 */
export function endedWithoutReport(name, { code, killedBy, output = [] }) {
  const end = killedBy ? `ended by ${killedBy}` : `exit code ${code}`;
  return [
    `${name}: the test run ended without a report (${end})`,
    ...output.filter((line) => line.trim() !== '').slice(-MAX_LAST_LINES),
  ];
}

/**
 * @param {string} text
 * @returns {TestCounts}
 */
export function countTap(text) {
  const count = (/** @type {string} */ name) =>
    Number(text.match(new RegExp(`^# ${name} (\\d+)$`, 'm'))?.[1] ?? 0);
  return {
    passed: count('pass'),
    failed: count('fail') + count('cancelled'),
    skipped: count('skipped') + count('todo'),
  };
}

/**
 * @param {TestCounts} a
 * @param {TestCounts} b
 */
function addCounts(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/**
 * The last line of `npm test`. Programs read it, so it stands alone and keeps this form.
 * @param {TestCounts} counts
 */
function summaryLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/**
 * The last lines of `npm test`: the count, or why there is none. A count without the tests of an interrupted test runner
 * would be taken for the truth.
 * @param {readonly TestOutcome[]} outcomes
 */
export function testSummary(outcomes) {
  const missing = outcomes.flatMap((outcome) => ('missing' in outcome ? outcome.missing : []));
  if (missing.length > 0) return missing;
  const counts = outcomes.flatMap((outcome) => ('counts' in outcome ? [outcome.counts] : []));
  return [summaryLine(counts.reduce(addCounts, NO_TESTS))];
}
