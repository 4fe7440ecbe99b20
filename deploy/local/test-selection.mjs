const NOT_INSTALLED = '--testPathIgnorePatterns=/node_modules/';

/**
 * Tests that promise a time need the machine to themselves: `*.alone.spec.ts` run one after the other, once all others are
 * through. What needs other languages, engines or a long time is in `*.full.spec.ts`, which only `--full` runs.
 */
const USUAL = [
  {
    name: 'tests side by side',
    selection: [NOT_INSTALLED, '--testPathIgnorePatterns=\\.(alone|full)\\.spec\\.ts$'],
    report: 'jest.json',
  },
  {
    name: 'tests alone',
    selection: ['--runInBand', '--testMatch=**/*.alone.spec.ts'],
    report: 'jest-alone.json',
  },
];
const FULL = [
  {
    name: 'tests that need more than Node',
    selection: [NOT_INSTALLED, '--testMatch=**/*.full.spec.ts'],
    report: 'jest-full.json',
  },
];

/** The runs of Jest, in order: what each takes, and the file it reports to. */
export const jestRuns = (isFull) => (isFull ? FULL : USUAL);

/** Our own switch, and what is Jest's. */
export const testArguments = (argv) => ({
  isFull: argv.includes('--full'),
  args: argv.filter((arg) => arg !== '--full'),
});
