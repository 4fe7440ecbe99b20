import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..', '..', '..');

/** Documents of ours; what other people's projects say is theirs. The glossary names the words that it replaces. */
const documents = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' })
  .trim()
  .split('\n')
  .filter(
    (path) => !/^test\/fixtures\/|\/samples\/|\/corpus\/|deploy\/docs\/(generated|glossary)/.test(path),
  );

interface Words {
  readonly proseWord: RegExp;
  readonly identifierWords: readonly { readonly words: readonly string[] }[];
}

describe('documents', () => {
  it.each(documents)('%s has no word that the glossary replaces', async (path) => {
    const { proseWord } = (await import('./words.mjs')) as Words;
    const text = readFileSync(join(root, path), 'utf8');
    expect(text.match(proseWord) ?? []).toEqual([]);
  });
});

describe('the glossary', () => {
  const glossary = readFileSync(join(root, 'deploy/docs/glossary.md'), 'utf8');

  it('names only paths that exist', () => {
    const tracked = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' });
    const paths = [...glossary.matchAll(/`((?:libs|services|deploy)\/[^`]+)`/g)].map(
      (match) => match[1] ?? '',
    );
    expect(paths.filter((path) => !tracked.includes(path))).toEqual([]);
  });
});
