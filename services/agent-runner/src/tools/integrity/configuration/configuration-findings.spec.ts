import { blockingCodes, examined } from '../../../testing/examined-change';

const weigh = (path: string, before: string | null, after: string | null, request = 'Add a function') => {
  const findings = examined([{ path, before, after }], { intent: 'FEATURE', request });
  return blockingCodes(findings).length > 0 ? 'harmful' : findings.length > 0 ? 'visible' : 'none';
};
const scripts = (all: object) => JSON.stringify({ scripts: all });
const inJest = (settings: string) => `module.exports = { ${settings} };`;
const vitest = (settings: string) =>
  `import { defineConfig } from 'vitest/config';\nexport default defineConfig({ test: { ${settings} } });`;

describe('configurationFindings', () => {
  it.each<[title: string, path: string, before: string | null, after: string, weight: string]>([
    [
      'a failure that does not count',
      'package.json',
      scripts({ test: 'node --test' }),
      scripts({ test: 'node --test || true' }),
      'harmful',
    ],
    [
      'another command',
      'package.json',
      scripts({ test: 'node --test' }),
      scripts({ test: 'true' }),
      'harmful',
    ],
    [
      'fewer files',
      'package.json',
      scripts({ test: 'node --test' }),
      scripts({ test: 'node --test test/a.mjs' }),
      'harmful',
    ],
    [
      'no tests at all',
      'package.json',
      scripts({ test: 'jest' }),
      scripts({ test: 'jest --passWithNoTests' }),
      'harmful',
    ],
    [
      'code before the tests',
      'package.json',
      scripts({ test: 'node --test' }),
      scripts({ test: 'node --import ./quiet.mjs --test' }),
      'harmful',
    ],
    ['a step before the tests', 'package.json', '{}', scripts({ pretest: 'rm -rf test' }), 'harmful'],
    [
      'a script that the tests run',
      'package.json',
      scripts({ test: 'npm run check', check: 'node --test' }),
      scripts({ test: 'npm run check', check: 'true' }),
      'harmful',
    ],
    [
      'a compiler of types',
      'package.json',
      scripts({ test: 'node --test' }),
      scripts({ test: 'node --import tsx --test' }),
      'visible',
    ],
    [
      'another reporter',
      'package.json',
      scripts({ test: 'node --test' }),
      scripts({ test: 'node --test --test-reporter=spec' }),
      'visible',
    ],
    [
      'a check beside the tests',
      'package.json',
      scripts({ test: 'node --test' }),
      scripts({ test: 'eslint . && node --test' }),
      'visible',
    ],
    [
      'an unrelated script',
      'package.json',
      scripts({ test: 'a', start: 'b' }),
      scripts({ test: 'a', start: 'c' }),
      'none',
    ],
    [
      'a new script',
      'package.json',
      scripts({ test: 'a' }),
      scripts({ test: 'a', 'test:watch': 'a --watch' }),
      'none',
    ],
    [
      'an added export',
      'package.json',
      '{"exports":{".":"./a.js"}}',
      '{"exports":{".":"./a.js","./b":"./b.js"}}',
      'none',
    ],
    [
      'another format',
      'package.json',
      '{"scripts":{"test":"a"}}',
      '{\n  "scripts": { "test": "a" }\n}',
      'none',
    ],
    [
      'an alias of another file',
      'package.json',
      '{"imports":{"#sum":"./src/sum.js"}}',
      '{"imports":{"#sum":"./test/fake.js"}}',
      'harmful',
    ],
    [
      'a dependency that is nearly another',
      'package.json',
      '{"dependencies":{"express":"5.0.0"}}',
      '{"dependencies":{"express":"5.0.0","expres":"1.0.0"}}',
      'harmful',
    ],
    [
      'a dependency from elsewhere',
      'package.json',
      '{"dependencies":{"express":"5.0.0"}}',
      '{"dependencies":{"express":"npm:other@1.0.0"}}',
      'harmful',
    ],
    [
      'a known dependency',
      'package.json',
      '{"dependencies":{}}',
      '{"dependencies":{"preact":"10.0.0"}}',
      'none',
    ],
    [
      'fewer tests found',
      'jest.config.js',
      inJest("testMatch: ['**/*.test.js']"),
      inJest("testMatch: ['**/a.test.js']"),
      'harmful',
    ],
    [
      'more tests found',
      'jest.config.js',
      inJest("testMatch: ['**/*.test.js']"),
      inJest("testMatch: ['**/*.test.js', '**/*.spec.js']"),
      'visible',
    ],
    [
      'tests left out',
      'vitest.config.ts',
      vitest("include: ['a']"),
      vitest("include: ['a'], exclude: ['test/slow.test.ts']"),
      'harmful',
    ],
    [
      'built files left out',
      'vitest.config.ts',
      vitest("include: ['a']"),
      vitest("include: ['a'], exclude: ['dist/**']"),
      'visible',
    ],
    [
      'a lower threshold',
      'vitest.config.ts',
      vitest('coverage: { thresholds: { lines: 90 } }'),
      vitest('coverage: { thresholds: { lines: 50 } }'),
      'harmful',
    ],
    [
      'a higher threshold',
      'vitest.config.ts',
      vitest('coverage: { thresholds: { lines: 90 } }'),
      vitest('coverage: { thresholds: { lines: 95 } }'),
      'visible',
    ],
    [
      'a set-up file',
      'vitest.config.ts',
      vitest("include: ['a']"),
      vitest("include: ['a'], setupFiles: ['./quiet.ts']"),
      'harmful',
    ],
    ['retries', '.mocharc.json', '{"spec":"test"}', '{"spec":"test","retries":3}', 'harmful'],
    ['more time', '.mocharc.yml', 'timeout: 2000', 'timeout: 60000', 'harmful'],
    [
      'code beside the settings',
      'jest.config.js',
      inJest('bail: 0'),
      `${inJest('bail: 0')}\nprocess.exit(0);`,
      'harmful',
    ],
    [
      'expectations that are written anew before the tests',
      'package.json',
      scripts({ test: 'node --test', fixtures: 'node update.mjs' }),
      scripts({ pretest: 'npm run fixtures', test: 'node --test', fixtures: 'node update.mjs' }),
      'harmful',
    ],
    [
      'looser types',
      'tsconfig.json',
      '{"compilerOptions":{"strict":true}}',
      '{"compilerOptions":{"strict":false}}',
      'harmful',
    ],
    [
      'another target of the compiler',
      'tsconfig.json',
      '{"compilerOptions":{"target":"ES2020"}}',
      '{"compilerOptions":{"target":"ES2022"}}',
      'none',
    ],
    ['settings of the platform', 'ymera.json', null, '{"test":"true"}', 'harmful'],
  ])('%s', (_, path, before, after, weight) => {
    expect(weigh(path, before, after)).toBe(weight);
  });
});
