import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { isOnRealParts, showingsOf } from './mission-rows';

const root = join(__dirname, '..', '..', '..');
const specs = globSync('{libs,services,test}/*/src/**/*.spec.ts', { cwd: root });
const statusPath = 'deploy/docs/status.md';
const status = readFileSync(join(root, statusPath), 'utf8');

/** Rows of the mission: the number of rows per letter. */
const owed = { A: 10, B: 8, C: 6, D: 7, E: 6, F: 6, G: 5, H: 4, I: 5, J: 5, K: 10 };
const ids = Object.entries(owed).flatMap(([letter, count]) =>
  Array.from({ length: count }, (_, index) => `${letter}${index + 1}`),
);

interface Row {
  readonly id: string;
  readonly state: string;
  readonly test: string | undefined;
}

/** Links are relative to the document. */
const pathOf = (link: string | undefined): string | undefined =>
  link === undefined ? undefined : relative(root, join(root, dirname(statusPath), link));

const table = /<!-- features -->([\s\S]*)<!-- \/features -->/.exec(status)?.[1] ?? '';
const rows: Row[] = table
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter((cells) => /^[A-K]\d+$/.test(cells[1] ?? ''))
  .map((cells) => ({
    id: cells[1] ?? '',
    state: cells[3] ?? '',
    test: pathOf(/\]\((.*)\)/.exec(cells[4] ?? '')?.[1]),
  }));

const showings = showingsOf(root, specs);

describe('the table of features in status.md', () => {
  it('has each row of the mission exactly once, in order', () => {
    expect(rows.map(({ id }) => id)).toEqual(ids);
  });

  it('links each row to the spec with its mark, and omits none', () => {
    const linked = rows.flatMap(({ id, test }) => (test === undefined ? [] : [`${id} ${test}`]));
    expect(linked.sort()).toEqual(showings.map(({ row, spec }) => `${row} ${spec}`).sort());
  });

  it.each(rows.map((row) => [row.id, row.state, row] as const))(
    'gives %s the state %s that its test can show',
    (_, state, { test }) => {
      expect(['done', 'part', 'later']).toContain(state);
      expect(test === undefined).toBe(state === 'later');
      // A row is done when a test with the real broker and database shows it.
      if (state === 'done') expect(isOnRealParts(test ?? '')).toBe(true);
    },
  );
});

const documents = ['README.md', ...globSync('{libs,services,test,deploy/local}/*/README.md', { cwd: root })]
  .concat(globSync('deploy/docs/*.md', { cwd: root }), globSync('deploy/docs/adr/*.md', { cwd: root }))
  .sort();

describe('the links of documents', () => {
  it.each(documents)('%s links to what exists', (document) => {
    const text = readFileSync(join(root, document), 'utf8');
    const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)/g)].map(
      (match) => match[1] ?? '',
    );
    const broken = links.filter((link) => !existsSync(join(root, dirname(document), link)));
    expect(broken).toEqual([]);
  });
});
