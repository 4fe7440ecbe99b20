import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..', '..', '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** Rows of the mission: letter and how many. */
const owed = { A: 10, B: 8, C: 6, D: 7, E: 6, F: 6, G: 5, H: 4, I: 5, J: 5, K: 10 };
const ids = Object.entries(owed).flatMap(([letter, count]) =>
  Array.from({ length: count }, (_, index) => `${letter}${index + 1}`),
);

interface Row {
  readonly id: string;
  readonly state: string;
  readonly test: string | undefined;
}

const table = /<!-- features -->([\s\S]*)<!-- \/features -->/.exec(readme)?.[1] ?? '';
const rows: Row[] = table
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter((cells) => /^[A-K]\d+$/.test(cells[1] ?? ''))
  .map((cells) => ({
    id: cells[1] ?? '',
    state: cells[3] ?? '',
    test: /\]\((.*)\)/.exec(cells[4] ?? '')?.[1],
  }));

describe('the README’s feature table', () => {
  it('has each row of the mission exactly once, in order', () => {
    expect(rows.map(({ id }) => id)).toEqual(ids);
  });

  it.each(rows.map((row) => [row.id, row] as const))(
    'says of %s what its test can show',
    (_, { state, test }) => {
      expect(['done', 'part', 'later']).toContain(state);
      if (state === 'later') expect(test).toBeUndefined();
      else expect(test).toMatch(/\.spec\.ts$/);
      if (test === undefined) return;
      expect(existsSync(join(root, test))).toBe(true);
      // A file whose tests are all skipped shows nothing.
      expect(readFileSync(join(root, test), 'utf8')).toMatch(/^\s*(?:it|test)(?:\.each)?\(|Suite\(/m);
    },
  );
});

describe('the README’s links', () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((match) => match[1] ?? '');

  it.each([...new Set(links)])('%s is there', (path) => {
    expect(existsSync(join(root, path))).toBe(true);
  });
});
