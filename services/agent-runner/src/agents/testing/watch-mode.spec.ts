import { commandParts } from '../../tools/command-parts';
import { mayWatchByDefault, saysThatItWaits, watchModeOf as modeOf, watchWords } from './watch-mode';

const watchModeOf = (command: string, packageJson?: string) => modeOf(commandParts(command, packageJson));

const scripts = (entries: Record<string, string>) => JSON.stringify({ scripts: entries });

describe('watchModeOf', () => {
  it.each([
    ['node --test --watch', 'node --test --watch'],
    ['PATH="$PWD/node_modules/.bin:$PATH"; export PATH; jest --watchAll', 'jest --watchAll'],
    ['npx vitest --watch', 'npx vitest --watch'],
    ['vitest watch', 'vitest watch'],
    ['mocha -w', 'mocha -w'],
    ['NODE_ENV=test mocha --watch test', 'NODE_ENV=test mocha --watch test'],
    ['nodemon --exec "npm test"', 'nodemon --exec "npm test"'],
    ['cargo watch -x test', 'cargo watch -x test'],
    ['tsc --noEmit && ava --watch', 'ava --watch'],
    ['./node_modules/.bin/jest --watch', './node_modules/.bin/jest --watch'],
    ['node --test --watch-path=src', 'node --test --watch-path=src'],
    ['ptw', 'ptw'],
  ])('detects that %s never ends', (command, part) => {
    expect(watchModeOf(command)).toBe(part);
  });

  it.each([
    'node --test',
    'jest --watch=false',
    'jest --no-watch',
    'jest -w 2',
    'vitest',
    'npm test -w packages/a',
    'echo --watch',
    'grep -w word file',
    'node test/watch.test.mjs',
    'node --test test/--watchful.test.mjs',
    'npm run watch-less',
    'jest --watchPathIgnorePatterns dist',
  ])('is not certain of %s', (command) => {
    expect(watchModeOf(command)).toBeUndefined();
  });

  it('follows the scripts that a command names, and stops at a cycle', () => {
    const packageJson = scripts({
      test: 'npm run unit',
      unit: 'jest --watch',
      a: 'npm run b',
      b: 'npm run a',
    });
    expect(watchModeOf('npm test', packageJson)).toBe('jest --watch');
    expect(watchModeOf('npm run a', packageJson)).toBeUndefined();
    expect(watchModeOf('npm test', 'no JSON')).toBeUndefined();
  });
});

describe('watchWords', () => {
  it.each([
    '\n PASS  Waiting for file changes...',
    'Watch Usage: Press w to show more.',
    '[nodemon] clean exit - waiting',
  ])('knows %j', (words) => {
    expect(watchWords.test(words)).toBe(true);
  });

  it('ignores tests about watching', () => {
    expect(watchWords.test('✔ watches a file for changes\nok 1 - waits')).toBe(false);
  });
});

describe('saysThatItWaits', () => {
  const vitest = '\n Test Files  1 passed (1)\n      Tests  2 passed (2)\n   Start at  1\n';
  it.each([
    [
      'vitest',
      `${vitest}\n\u001B[32m PASS \u001B[39m Waiting for file changes...\n       press h to show help, press q to quit\n`,
    ],
    ['vitest after a failure', `${vitest}\n FAIL  Tests failed. Watching for file changes...\n`],
    [
      'jest',
      'Tests:       2 passed, 2 total\nRan all test suites.\n\nWatch Usage\n › Press a to run all tests.\n › Press q to quit watch mode.\n',
    ],
    ['mocha', '\n  1 passing (2ms)\n\nℹ [mocha] waiting for changes before restart\n'],
    [
      'nodemon',
      'ℹ tests 1\nℹ fail 0\nℹ duration_ms 3\n[nodemon] clean exit - waiting for changes before restart\n',
    ],
  ])('is true for %s', (_, output) => {
    expect(saysThatItWaits(output)).toBe(true);
  });

  it.each([
    ['a test logs the words', '[dev] Watching for file changes\n'],
    ['a test logged the words and the tests are over', `[dev] Watching for file changes\n${vitest}`],
    ['the command has gone on', `${vitest}PASS  Waiting for file changes...\n${'line\n'.repeat(20)}`],
    ['another run followed', `${vitest}Watching for file changes\n${vitest}`],
    ['nothing waits', vitest],
  ])('is false where %s', (_, output) => {
    expect(saysThatItWaits(output)).toBe(false);
  });
});

describe('mayWatchByDefault', () => {
  it.each([
    ['vitest', true],
    ['npx vitest --coverage', true],
    ['react-scripts test', true],
    ['vitest run', false],
    ['vitest --watch=false', false],
    ['karma start --single-run', false],
    ['node --test', false],
  ])('returns for %s: %s', (command, expected) => {
    expect(commandParts(command, undefined).some(mayWatchByDefault)).toBe(expected);
  });
});
