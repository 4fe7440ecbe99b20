import { firstError, telling } from './first-error';

const message = (output: string) => firstError(output)?.message;

describe('firstError', () => {
  it.each([
    [
      'a syntax error under Node, in TAP comments',
      "# file:///project/src/sum.mjs:1\n# export const sum = (a, b) => b + a);\n#                                   ^\n# SyntaxError: Unexpected token ')'\n#     at compileSourceTextModule (node:internal/modules/esm/utils:346:16)\nnot ok 1 - test/sum.test.mjs\n",
      "SyntaxError: Unexpected token ')'",
    ],
    [
      'npm',
      'npm error code EUSAGE\nnpm error\nnpm error `npm ci` can only install packages when your package.json and package-lock.json are in sync.\nnpm error Missing: ms@2.1.3 from lock file\nnpm error\nnpm error Run "npm help ci" for more info\n',
      '`npm ci` can only install packages when your package.json and package-lock.json are in sync.',
    ],
    [
      'a package script that failed after its tests',
      'ok 1 - adds\nERROR: Coverage for lines (50%) does not meet global threshold (90%)\nnpm error Lifecycle script `test` failed with error:\nnpm error code 1\n',
      'ERROR: Coverage for lines (50%) does not meet global threshold (90%)',
    ],
    [
      'Python',
      'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n    import foo\nModuleNotFoundError: No module named \'foo\'\n',
      "ModuleNotFoundError: No module named 'foo'",
    ],
    [
      'Rust',
      '   Compiling x v0.1.0\nerror[E0425]: cannot find value `b` in this scope\n --> src/lib.rs:2:5\nerror: could not compile `x` (lib test) due to 1 previous error\n',
      'error[E0425]: cannot find value `b` in this scope',
    ],
    [
      'Go',
      '# example.org/x\n./x.go:4:9: undefined: b\nFAIL\texample.org/x [build failed]\n',
      './x.go:4:9: undefined: b',
    ],
    [
      'TypeScript',
      'src/a.ts(3,5): error TS2304: Cannot find name b.\n',
      'src/a.ts(3,5): error TS2304: Cannot find name b.',
    ],
    [
      'make',
      'cc -c x.c\nx.c:3:1: error: expected ;\nmake: *** [Makefile:2: test] Error 1\n',
      'x.c:3:1: error: expected ;',
    ],
    ['a missing program', 'sh: 1: pytest: not found\n', 'sh: 1: pytest: not found'],
    [
      'Maven',
      '[INFO] Scanning\n[ERROR] /x/Foo.java:[3,5] cannot find symbol\n[ERROR] COMPILATION ERROR : \n',
      '/x/Foo.java:[3,5] cannot find symbol',
    ],
    [
      'an assertion',
      '  AssertionError [ERR_ASSERTION]: 1 !== 2\n',
      'AssertionError [ERR_ASSERTION]: 1 !== 2',
    ],
    ['words of a shell', 'starting\nstep two failed to open the door\n', 'step two failed to open the door'],
  ])('finds the error in the output of %s', (_, output, expected) => {
    expect(message(output)).toBe(expected);
  });

  it('includes the place above and the explanation below', () => {
    const excerpt = firstError(
      "file:///project/src/sum.mjs:1\nexport const sum = (a, b) => b + a);\n   ^\nSyntaxError: Unexpected token ')'\n    at x (node:internal/y:1:1)\n\nNode.js v20.0.0\n",
    );
    expect(excerpt?.context).toContain('src/sum.mjs:1\n');
    expect(excerpt?.context).not.toContain('node:internal');
    expect(
      telling('npm error code EUSAGE\nnpm error\nnpm error Missing: ms@2.1.3 from lock file\n'),
    ).toContain('Missing: ms@2.1.3');
  });

  it('ignores lines about passed tests and counts of errors', () => {
    expect(
      firstError('✔ throws an Error when it cannot open\nok 2 - reports failure\n0 errors\n'),
    ).toBeUndefined();
  });

  it('falls back to the end of the output', () => {
    expect(telling(`${'fine\n'.repeat(100)}last words\n`)).toMatch(/last words$/);
  });

  it('runs in bounded time on long lines', () => {
    const started = performance.now();
    firstError(`${'a.b.c/'.repeat(500_000)}\n`.repeat(3));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
