import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isOnRealParts, showingsOf } from './mission-rows';

const root = join(__dirname, '..', '..', '..');
const specs = globSync('{libs,services,test}/*/src/**/*.spec.ts', { cwd: root });
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

const showings = showingsOf(root, specs);

describe('the README’s feature table', () => {
  it('has each row of the mission exactly once, in order', () => {
    expect(rows.map(({ id }) => id)).toEqual(ids);
  });

  it('links each row to the spec that says that it shows it, and leaves out none', () => {
    const linked = rows.flatMap(({ id, test }) => (test === undefined ? [] : [`${id} ${test}`]));
    expect(linked.sort()).toEqual(showings.map(({ row, spec }) => `${row} ${spec}`).sort());
  });

  it.each(rows.map((row) => [row.id, row.state, row] as const))(
    'says of %s (%s) what its test can show',
    (_, state, { test }) => {
      expect(['done', 'part', 'later']).toContain(state);
      expect(test === undefined).toBe(state === 'later');
      // Done is what was shown through the real broker and database.
      if (state === 'done') expect(isOnRealParts(test ?? '')).toBe(true);
    },
  );
});

describe('the README’s links', () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((match) => match[1] ?? '');

  it.each([...new Set(links)])('%s is there', (path) => {
    expect(existsSync(join(root, path))).toBe(true);
  });
});
