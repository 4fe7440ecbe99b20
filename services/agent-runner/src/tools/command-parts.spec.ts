import { commandParts, isWrapper, runnersOf } from './command-parts';

const packageJson = JSON.stringify({
  scripts: {
    lint: 'eslint .',
    pretest: 'npm run lint',
    test: 'c8 node --test',
    posttest: 'echo done',
    unit: 'jest',
    loop: 'npm run loop && npm run loop',
  },
});
const texts = (command: string) => commandParts(command, packageJson).map(({ text }) => text);

describe('commandParts', () => {
  it.each([
    ['npm test', ['eslint .', 'c8 node --test', 'echo done']],
    ['npm run unit -- --watch', ['jest --watch']],
    ['PATH="$PWD/bin:$PATH"; export PATH; jest', ['jest']],
    ['( tsc -b ) && ( CI=1 jest )', ['tsc -b', 'CI=1 jest']],
    ['node --test 2>&1 | tee log', ['node --test 2>&1', 'tee log']],
    ['npm run nowhere', ['npm run nowhere']],
    ['cd app && npm test', ['cd app', 'npm test']],
  ])('are, of %s, %j', (command, expected) => {
    expect(texts(command)).toEqual(expected);
  });

  it('stop at a cycle of scripts, and work without a readable package.json', () => {
    expect(texts('npm run loop').length).toBeLessThanOrEqual(100);
    expect(commandParts('npm test', 'no JSON')).toMatchObject([{ program: 'npm', rest: ['test'] }]);
  });
});

describe('runnersOf', () => {
  it.each([
    ['node --test --test-reporter=dot', ['node', 'tap']],
    ['./node_modules/.bin/jest --ci', ['jest']],
    ['node --experimental-vm-modules node_modules/jest/bin/jest.js', ['jest']],
    ['python3 -m pytest -q', ['pytest']],
    ['poetry run python manage.py test', ['unittest']],
    ['bundle exec rspec', ['rspec']],
    ['go test ./...', ['go', 'go -json']],
    ['node test/jest.js', []],
    ['node test/run.js', []],
    ['make test', []],
  ])('of %s are %j', (command, expected) => {
    expect(commandParts(command, undefined).flatMap(runnersOf)).toEqual(expected);
  });
});

describe('isWrapper', () => {
  it.each([
    ['make test', true],
    ['./run-tests.sh', true],
    ['npm run nowhere', true],
    ['tox', true],
    ['npx jest', false],
    ['pnpm jest', false],
    ['node test/run.js', false],
  ])('of %s is %s', (command, expected) => {
    expect(commandParts(command, undefined).some(isWrapper)).toBe(expected);
  });
});
