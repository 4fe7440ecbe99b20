import { Places } from './places';
import { readTestFailures } from './test-failures';

const places = new Places(
  new Set(['test/memory.test.mjs', 'src/store.mjs', 'a.test.js', 'test_x.py', 'x_test.go']),
  '/ymera/workspace',
);

const nodeSpec = `✖ a session leaves nothing (226.66ms)
ℹ fail 1

✖ failing tests:

test at test/memory.test.mjs:19:1
✖ a session leaves nothing (226.664572ms)
  AssertionError [ERR_ASSERTION]: 342 bytes stay
      at TestContext.<anonymous> (file:///ymera/workspace/test/memory.test.mjs:22:10)
      at Test.runInAsyncScope (node:async_hooks:227:14)
      at async Test.processPendingSubtests (node:internal/test_runner/test:526:7) {
    generatedMessage: false,
    actual: false
  }

test at test/memory.test.mjs:30:1
✖ throws in the product (0.2ms)
  TypeError: session.stop is not a function
      at SessionStore.close (file:///ymera/workspace/src/store.mjs:42:11)
      at TestContext.<anonymous> (file:///ymera/workspace/test/memory.test.mjs:33:10)
`;

const nodeTap = `TAP version 13
# Subtest: store
    # Subtest: a session leaves nothing
    not ok 1 - a session leaves nothing
      ---
      duration_ms: 270.551977
      location: '/ymera/workspace/test/memory.test.mjs:19:1'
      failureType: 'testCodeFailure'
      error: '342 bytes stay, it''s a leak'
      code: 'ERR_ASSERTION'
      expected: true
      actual: false
      stack: |-
        TestContext.<anonymous> (file:///ymera/workspace/test/memory.test.mjs:22:10)
        Test.runInAsyncScope (node:async_hooks:206:9)
      ...
    1..1
not ok 1 - store
  ---
  duration_ms: 271
  location: '/ymera/workspace/test/memory.test.mjs:3:1'
  failureType: 'subtestsFailed'
  error: '1 subtest failed'
  ...
not ok 2 - two lines
  ---
  location: '/ymera/workspace/test/memory.test.mjs:40:1'
  failureType: 'testCodeFailure'
  error: |-
    Expected values to be strictly equal:
    1 !== 2
  ...
`;

const jestOutput = `FAIL ./a.test.js
  ● sums › adds

    expect(received).toBe(expected)

    Expected: 3
    Received: 4

      at Object.toBe (node_modules/x/index.js:1:1)
      at Object.<anonymous> (a.test.js:3:10)

Test Suites: 1 failed, 1 total
`;

const pytestOutput = `=================================== FAILURES ===================================
_________________________________ test_adds __________________________________

    def test_adds():
>       assert add(1, 2) == 4
E       assert 3 == 4

test_x.py:12: AssertionError
=========================== short test summary info ============================
FAILED test_x.py::test_adds - assert 3 == 4
`;

describe('the failures of a test command', () => {
  it.each([
    [
      'node:test, spec',
      nodeSpec,
      [
        {
          name: 'a session leaves nothing',
          file: 'test/memory.test.mjs',
          line: 22,
          message: /: AssertionError.*342 bytes stay$/,
        },
        {
          name: 'throws in the product',
          file: 'src/store.mjs',
          line: 42,
          message: /session.stop is not a function/,
        },
      ],
    ],
    [
      'node:test, TAP',
      nodeTap,
      [
        {
          name: 'a session leaves nothing',
          file: 'test/memory.test.mjs',
          line: 22,
          message: /: 342 bytes stay, it's a leak$/,
        },
        { name: 'two lines', file: 'test/memory.test.mjs', line: 40, message: /strictly equal: 1 !== 2$/ },
      ],
    ],
    [
      'jest',
      jestOutput,
      [{ name: 'sums › adds', file: 'a.test.js', line: 3, message: /expect\(received\)/ }],
    ],
    ['pytest', pytestOutput, [{ name: 'test_adds', file: 'test_x.py', line: 12, message: /assert/ }]],
    [
      'mocha',
      '  1 passing (3ms)\n  1 failing\n\n  1) sums\n       adds:\n\n      AssertionError [ERR_ASSERTION]: 3 == 4\n      at Context.<anonymous> (a.test.js:7:12)\n',
      [{ name: /sums/, file: 'a.test.js', line: 7, message: /3 == 4/ }],
    ],
    [
      'go',
      '--- FAIL: TestAdds (0.00s)\n    x_test.go:9: expected 4, got 3\nFAIL\n',
      [{ name: 'TestAdds', file: 'x_test.go', line: 9, message: /expected 4, got 3/ }],
    ],
  ])('are read with their places: %s', (_, output, expected) => {
    expect(readTestFailures(output, places)).toMatchObject(
      expected.map(({ name, message, ...rest }) => ({
        ...rest,
        name: typeof name === 'string' ? name : expect.stringMatching(name),
        message: expect.stringMatching(message),
      })),
    );
  });

  it('keep what was seen, without the frames of the runtime', () => {
    const [first] = readTestFailures(nodeSpec, places);
    expect(first?.evidence).toContain('actual: false');
    expect(first?.evidence).not.toContain('node:');
  });

  it.each([nodeSpec, nodeTap])('name files as the repository does, wherever they ran', (output) => {
    const told = JSON.stringify(readTestFailures(output, places));
    expect(told).toContain('(test/memory.test.mjs:22:10)');
    expect(told).not.toContain('/ymera');
  });

  it('name no file that is not the project’s', () => {
    const foreign = nodeSpec
      .replaceAll('/ymera/workspace/', '/usr/lib/')
      .replaceAll('test at test/', 'test at /usr/');
    expect(readTestFailures(foreign, places).map(({ file }) => file)).toEqual([undefined, undefined]);
  });

  it('are bounded, however many and long they are', () => {
    const many = `✖ failing tests:\n${Array.from({ length: 100 }, (_, n) => `\ntest at a.test.js:${n + 1}:1\n✖ ${'x'.repeat(5000)}${n} (1ms)\n  Error: ${'y'.repeat(9000)}\n`).join('')}`;
    const started = performance.now();
    const failures = readTestFailures(many, places);
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(failures).toHaveLength(20);
    for (const { message, evidence } of failures) {
      expect(message.length).toBeLessThanOrEqual(500);
      expect(evidence.length).toBeLessThanOrEqual(1500);
    }
  });

  it('are none where nothing is known of the runner', () => {
    expect(readTestFailures('Segmentation fault\n', places)).toEqual([]);
  });
});
