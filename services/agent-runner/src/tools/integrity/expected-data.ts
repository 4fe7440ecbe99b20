import type { ChangedFile } from './changed-file';
import { isFixture, isSnapshot, isTestFile } from './file-roles';
import { finding, type IntegrityFinding } from './findings';
import { namesLiteral, speaksOf, type RequestWords } from './request-words';

/** Stored expectations and data of tests that existed before. */
export function expectedDataFindings(
  files: readonly ChangedFile[],
  request: RequestWords,
): readonly IntegrityFinding[] {
  const codeGone = new Set(
    files.filter(({ path, after }) => isTestFile(path) && after === null).map(({ path }) => path),
  );
  return files.flatMap((file): readonly IntegrityFinding[] => {
    const { path, before, after } = file;
    if (before === null || before === after || !(isSnapshot(path) || isFixture(path)) || isDocument(path))
      return [];
    if (hasMoved(file, files)) return [];
    // The snapshots of a test file are deleted with it; the deletion of the file is reported separately.
    if (after === null && [...codeGone].some((gone) => path.includes(gone.split('/').at(-1) ?? ' ')))
      return [];
    const isStored = isSnapshot(path);
    const changes = changedEntries(before, after ?? '', isStored && isCompared(path));
    if (changes.lost.length === 0) return [];
    const isNamed = changes.added.length > 0 && changes.added.every((line) => namesLiteral(request, line));
    const different = differentWords(changes.lost, changes.added);
    return [
      {
        ...finding(
          isStored ? 'snapshot_changed' : 'test_data_changed',
          'high',
          isStored ? 'A stored expectation was rewritten.' : 'Data that tests are run with was changed.',
          {
            file: path,
            line: changes.line,
            evidence: [
              ...changes.lost.map((line) => `- ${line}`),
              ...changes.added.map((line) => `+ ${line}`),
            ].join('\n'),
          },
        ),
        needsTrial: {
          isRelated: speaksOf(
            request,
            different.length > 0
              ? different.join(' ')
              : [path.replace(/\.[^/]*$/, ''), ...changes.lost, ...changes.added].join(' '),
          ),
          isNamed,
          titles: [],
        },
      },
    ];
  });
}

/** Removed and added words; all of them where the same words occur in other places. */
function differentWords(lost: readonly string[], added: readonly string[]): readonly string[] {
  const wordsOf = (lines: readonly string[]) => new Set(lines.join(' ').match(/[\p{L}\d]+/gu) ?? []);
  const [old, now] = [wordsOf(lost), wordsOf(added)];
  return [...[...old].filter((word) => !now.has(word)), ...[...now].filter((word) => !old.has(word))];
}

/** Compared as a whole, character by character; other formats are parsed, and their blanks are ignored. */
const isCompared = (path: string): boolean =>
  !/\.(?:snap|jsonc?|ya?ml|toml|xml|html?|[cm]?[jt]sx?|py)$/.test(path);

const isDocument = (path: string): boolean => /\.(?:md|rst)$/.test(path);

const hasMoved = ({ before, after }: ChangedFile, files: readonly ChangedFile[]): boolean =>
  after === null &&
  files.some(
    (other) =>
      other.before === null && other.after === before && (isSnapshot(other.path) || isTestFile(other.path)),
  );

/** Removed and added lines: new entries alone remove nothing. */
function changedEntries(
  before: string,
  after: string,
  isExact: boolean,
): { lost: readonly string[]; added: readonly string[]; line: number | undefined } {
  const lines = (text: string) => text.split('\n').map((line) => (isExact ? line : line.trim()));
  const isEntry = (line: string) => isExact || line !== '';
  const left = new Map<string, number>();
  for (const line of lines(after)) left.set(line, (left.get(line) ?? 0) + 1);
  const lost = lines(before).filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return isEntry(line) && count <= 0;
  });
  const known = new Set(lines(before));
  const added = lines(after).filter((line) => line !== '' && !known.has(line));
  const at = lines(after).findIndex((line) => line !== '' && !known.has(line));
  return { lost: lost.slice(0, 50), added: added.slice(0, 50), line: at < 0 ? undefined : at + 1 };
}
