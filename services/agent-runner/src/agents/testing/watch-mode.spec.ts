import { commandParts } from '../../tools/command-parts';
import { watchModeOf as modeOf, watchWords } from './watch-mode';

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
  ])('sees that %s never ends', (command, part) => {
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

  it('looks into the scripts that a command names, and ends where they name each other', () => {
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

  it('knows no test that is about watching', () => {
    expect(watchWords.test('✔ watches a file for changes\nok 1 - waits')).toBe(false);
  });
});
