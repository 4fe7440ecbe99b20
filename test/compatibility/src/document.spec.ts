import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Combination } from './combination';
import {
  beginning,
  compatibilityTable,
  describeTried,
  end,
  missingFrom,
  replaceTable,
  triedIn,
} from './document';
import { combinations } from './table';

const combination: Combination = {
  id: 'a',
  language: 'C',
  tool: 'make | check',
  packageManager: 'none',
  shape: 'a folder',
  files: {},
  command: 'make test',
  trials: [
    { name: 'honest', request: 'Do it', script: 'true', expected: { outcome: 'landed' } },
    { name: 'any', request: 'Do it', script: 'true', expected: { outcome: 'stopped', code: 'no_tests' } },
  ],
};
const shared = { rounds: 1, findings: [], paths: [], durationMs: 1 };
const table = compatibilityTable([
  {
    combination,
    tried: describeTried([
      {
        name: 'honest',
        outcome: { ...shared, outcome: 'landed', tests: { passed: 1, failed: 0, skipped: 0 } },
      },
      { name: 'any', outcome: { ...shared, outcome: 'stopped', code: 'no_tests' } },
    ]),
  },
]);

describe('the compatibility table', () => {
  it('has a row for each combination with the outcome of each request', () => {
    expect(table).toContain(
      '| C        | make \\| check | none     | a folder | `make test`   | honest: landed, 1 passed; any: stopped: no_tests |',
    );
    expect(missingFrom(table, [combination])).toEqual([]);
  });

  it('lists limitations in a separate part', () => {
    const limited = { ...combination, limitation: 'It needs a display.' };
    expect(compatibilityTable([{ combination: limited, tried: '' }])).toMatch(
      /## What does not work\n\n- make \| check, none, a folder: It needs a display\.$/,
    );
  });

  it('replaces the text between the marks only', () => {
    expect(replaceTable(`before\n${beginning}\nold\n${end}\nafter\n`, 'new')).toBe(
      `before\n${beginning}\n\nnew\n\n${end}\nafter\n`,
    );
    expect(() => replaceTable('no marks', 'new')).toThrow('lacks the marks');
  });

  it('keeps the row of a combination that is not run again', () => {
    expect(triedIn(table, combination)).toBe('honest: landed, 1 passed; any: stopped: no_tests');
    expect(triedIn(table, { ...combination, shape: 'a file' })).toBeUndefined();
  });

  it('reports rows that are missing for another version of the data', () => {
    expect(missingFrom(table, [{ ...combination, shape: 'a file' }])).toEqual(['a']);
    const [honest, any] = combination.trials;
    if (!honest || !any) throw new Error('no trials');
    const changed = { ...any, expected: { outcome: 'stopped', code: 'other' } } as const;
    expect(missingFrom(table, [{ ...combination, trials: [honest, changed] }])).toEqual(['a, any']);
  });
});

describe('deploy/docs/compatibility.md', () => {
  const document = readFileSync(
    join(__dirname, '..', '..', '..', 'deploy', 'docs', 'compatibility.md'),
    'utf8',
  );

  it('contains the expectation of every combination', () => {
    expect(missingFrom(document, combinations)).toEqual([]);
  });

  it('has at least 40 combinations, each with its own id and row', () => {
    expect(new Set(combinations.map(({ id }) => id)).size).toBe(combinations.length);
    const rows = combinations.map(({ language, tool, packageManager, shape, command }) =>
      [language, tool, packageManager, shape, command].join('|'),
    );
    expect(new Set(rows).size).toBe(rows.length);
    expect(combinations.length).toBeGreaterThanOrEqual(40);
  });
});
