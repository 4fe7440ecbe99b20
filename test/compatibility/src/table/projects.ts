/** Files that many of the projects share. */
export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

export const packageJson = (over: object = {}): string =>
  json({
    name: 'tiny',
    version: '1.0.0',
    private: true,
    type: 'module',
    scripts: { test: 'node --test' },
    ...over,
  });

export const sumModule = 'export const sum = (a, b) => a + b;\n';
export const sumCommonJs = 'exports.sum = (a, b) => a + b;\n';

/** A test of node:test beside `src`. */
export const sumTest = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sum } from '../src/sum.mjs';

test('adds', () => {
  assert.equal(sum(1, 2), 3);
});
`;

/** The smallest project with a test. */
export const tiny: Readonly<Record<string, string>> = {
  'package.json': packageJson(),
  'src/sum.mjs': sumModule,
  'test/sum.test.mjs': sumTest,
};

/** A test for tools with `describe`, `it` and `expect`. */
export const expectTest = (imports: string): string =>
  `${imports}describe('sum', () => {\n  it('adds', () => {\n    expect(sum(1, 2)).toBe(3);\n  });\n});\n`;

export const ignoresModules = { '.gitignore': 'node_modules/\n' } as const;

/** Writes the lockfile like a person's npm, and installs no packages. */
export const npmLock = 'npm install --package-lock-only --ignore-scripts --no-audit --no-fund --silent';
