import { understand } from './understanding';

const writes = 'TEST, written';
const runs = 'TEST, run';

const table: Readonly<Record<string, readonly string[]>> = {
  [writes]: [
    'Add tests for the parser',
    'Write unit tests for sum',
    'Increase coverage of src/parser.mjs',
    'Increase test coverage to 90 %',
    "Raise the parser's coverage",
    'Add a regression test',
    'Add a regression test for the crash on empty input',
    'Add unit tests for negative numbers to test/negative.test.mjs',
    'Write unit and integration tests for the session store',
    'please write some more tests for mergeSort',
    'Could you add a failing test that shows the bug?',
    'We need tests for the landing page',
    'I want you to add end-to-end tests for the review form',
    "Let's cover the edge cases of parse() with tests",
    'Extend the test suite with cases for Unicode',
    'Add test cases for leap years',
    'Create specs for the user service',
    'Generate tests for src/sum.mjs',
    'Update the tests for the new API',
    'Improve the tests of the scheduler',
    'Unit tests for the date parser',
    'The parser has no tests',
    'Tests for the parser are missing',
    'In src/sum.mjs, nothing is checked. Add tests.',
    'Add tests and run them',
    'Add mergeSort tests',
    'Can we have tests for the scheduler?',
    'Add missing tests to the document model',
    "Don't change the code, just add tests for sum",
  ],
  [runs]: [
    'Run the tests',
    'run the test suite',
    'Please run all unit tests',
    'Can you run the tests for the parser?',
    'Rerun the failing specs',
    'Execute the integration tests on this project',
    'Do the tests pass?',
    'Are the tests green?',
    'Does the test suite still pass on main?',
    'Check that the tests pass',
    'Check whether the suite is green',
    'Run npm test',
    'Run the tests without changing anything',
    "Run the tests, don't fix anything",
    'Test the merge function',
  ],
  FEATURE: [
    'Add a mergeSort function',
    'Add a merge sort',
    'Add a review form',
    'Implement merge of two sorted lists',
    'Implement merge sort in src/sort.mjs',
    'Add an option to land drones',
    'Add an option to merge the two lists',
    'Rename the review module',
    'Rename the test helper',
    'Add a contest page',
    'Add a test button to the form',
    'Add a --test flag to the CLI',
    'Add a test mode',
    'Add a landing page',
    'Add a document viewer',
    'Add a comment box to the article page',
    'Create a documentation site generator',
    'Add the second package to the fixture, with its check',
    'Implement code review comments in the editor',
    'Add a button that runs the tests',
    'Add a command to rebase and land stacked branches',
    'Support merging of calendars',
    'Add a "merge" button',
    'Add a `review` command',
    'Implement review_score in src/merge.ts',
    'Add an error page',
    'Create a bug report template',
    'Show the test results in the report',
    'Merge two sorted lists in src/merge.mjs into one function',
    'Integrate Stripe payments',
    "Add a limit parameter, but don't merge anything",
    'Add a cache without touching the tests',
    'Remove the merge helper',
    'Build a form for code reviews',
    'Provide a way to document endpoints',
    'Write a function that merges two lists',
  ],
  DEBUG: [
    'Fix the landing page',
    'Fix the test runner',
    'Fix the merge function for empty lists',
    'Fix the failing tests',
    'Fix the crash when a review is deleted',
    'Fix land() for negative altitudes',
    'Debug the document parser',
    'The merge button is broken',
    'Merge fails with an empty list',
    'Review comments are not shown and the page crashes',
    'Test results are wrong for nested suites',
    'Run the tests and fix what fails',
    'Fix the wrong total. Do not run the tests.',
    'Fix the parser and add a test',
    'Fix the crash without touching the tests',
    'Make the tests pass',
    'Why are the tests failing?',
    'fix: crash when the review is empty',
  ],
  ENHANCE: [
    'Refactor the merge module',
    'Speed up the tests',
    'Refactor the tests',
    'Make the test runner faster',
    'Improve the performance of merge sort',
    'Improve error handling of the review form',
    'Simplify the landing logic',
    'Reduce the memory usage of the document cache',
    'Optimise mergeSort',
  ],
  REVIEW: [
    'Review the merge function',
    'Please review the tests',
    'Can you review src/land.ts?',
    'Review the code, do not change anything',
    'I would like a review of the document parser',
    'A code review of the landing module, please',
    'Inspect the test helpers',
    'What do you think of the merge function?',
  ],
  DOCUMENT: [
    'Document the merge function',
    'Document how to run the tests',
    'Update the README',
    'Update README.md with the new flags',
    'Add documentation for the review API',
    'Write a guide to landing changes',
    'Add comments to the merge function',
    'Fix a typo in the README',
    'Improve the docs of the test runner',
    'Add a section about tests to docs/guide.md',
  ],
};

const rows = Object.entries(table).flatMap(([expected, sentences]) =>
  sentences.map((sentence) => ({ sentence, expected })),
);

describe('understand, by the main verb and its object', () => {
  it.each(rows)('reads "$sentence" as $expected', ({ sentence, expected }) => {
    const { intent, writesTests, question } = understand(sentence);
    const kind = writesTests ? writes : runs;
    expect([intent === 'TEST' ? kind : intent, question]).toEqual([expected, undefined]);
  });

  it.each([
    'Merge the change',
    'Land it',
    'Please merge the branch into main',
    'Rebase onto main',
    'land this',
    'Merge PR 42',
  ])('reads "%s" as INTEGRATE', (sentence) => {
    expect(understand(sentence).intent).toBe('INTEGRATE');
  });

  it.each(["Don't merge anything", 'Do not run the tests', 'without touching the tests', 'Never land this'])(
    'asks a question about the purely negative order "%s"',
    (sentence) => {
      expect(understand(sentence).question).toMatch(/\?$/);
    },
  );

  it('parses a long text in linear time', () => {
    const startedAt = performance.now();
    for (const part of [
      'a.b/',
      'test_',
      'and add ',
      "'a ",
      'don’t , ',
      'tests for ',
      '(',
      'Aa',
      '- ',
      'no a ',
    ])
      understand(part.repeat(Math.ceil(20_000 / part.length)));
    expect(performance.now() - startedAt).toBeLessThan(3000);
  });
});
