import { commandPrograms } from './command-programs';

describe('the programs of a command line', () => {
  it.each<[string, string[]]>([
    ['pytest -q', ['pytest']],
    ['PYTHONPATH=src python3 -m unittest', ['python3']],
    ['cd web && npm test', ['npm']],
    ['(cd svc && go test ./...) && cargo test', ['go', 'cargo']],
    ['make build; ./check --all | tee out', ['make', './check', 'tee']],
    ['env A=1 just test 2>&1', ['just']],
    ['PATH="$PWD/node_modules/.bin:$PATH"; export PATH; vitest run', ['vitest']],
    ["sh -c 'mocha && eslint .'", ['sh']],
    ['$RUNNER --test', []],
    ['if true; then pytest; fi', []],
    ['echo x > pytest', []],
  ])('of %s', (line, programs) => {
    expect(commandPrograms(line)).toEqual(programs);
  });
});
