const NOT_INSTALLED = '--testPathIgnorePatterns=/node_modules/';

/**
 * One run of Jest.
 * @typedef {object} JestRun
 * @property {string} name
 * @property {readonly string[]} selection options of Jest that choose the spec files
 * @property {string} report name of the file that Jest reports to
 */

/**
 * Timing tests run after all others: `*.timed.spec.ts` in three workers, because they wait for most of their time;
 * `*.alone.spec.ts` in one worker, because they measure and need the whole machine.
 * Tests that need other languages, other engines or a long time are in `*.full.spec.ts`, which only `--full` runs.
 * @type {readonly JestRun[]}
 */
const DEFAULT_RUNS = [
  {
    name: 'tests side by side',
    selection: [NOT_INSTALLED, '--testPathIgnorePatterns=\\.(alone|timed|full)\\.spec\\.ts$'],
    report: 'jest.json',
  },
  {
    name: 'timing tests',
    selection: ['--maxWorkers=3', '--testMatch=**/*.timed.spec.ts'],
    report: 'jest-timed.json',
  },
  {
    name: 'tests alone',
    selection: ['--runInBand', '--testMatch=**/*.alone.spec.ts'],
    report: 'jest-alone.json',
  },
];
/** @type {readonly JestRun[]} */
const FULL_RUNS = [
  {
    name: 'tests that need more than Node',
    selection: [NOT_INSTALLED, '--testMatch=**/*.full.spec.ts'],
    report: 'jest-full.json',
  },
];

/**
 * The runs of Jest, in order.
 * @param {boolean} isFull
 */
export const jestRuns = (isFull) => (isFull ? FULL_RUNS : DEFAULT_RUNS);

/**
 * Separates our own switch from the arguments of Jest.
 * @param {readonly string[]} argv
 */
export const testArguments = (argv) => ({
  isFull: argv.includes('--full'),
  args: argv.filter((arg) => arg !== '--full'),
});
