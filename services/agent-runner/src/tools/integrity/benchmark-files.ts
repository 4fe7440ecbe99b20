import type { Intent } from '@ymera/contracts';
import { print } from '../syntax/print';
import type { SyntaxFile } from '../syntax/syntax';
import { walk } from '../syntax/walk';
import type { ChangedFile } from './changed-file';
import { isBenchmarkFile } from './file-roles';
import { finding, type IntegrityFinding } from './findings';
import type { RequestWords } from './request-words';
import type { Rename } from './renames';

export interface BenchmarkFacts {
  readonly intent: Intent;
  readonly request: RequestWords;
  readonly rename: Rename;
  /** Files that benchmarks import and the product does not: their measuring code. */
  readonly inputs: ReadonlySet<string>;
  /** The syntax of one side, where its language is known. */
  readonly syntaxOf: (path: string, text: string) => SyntaxFile | undefined;
}

/** Benchmarks that existed before, and their measuring code. */
export function benchmarkFindings(
  files: readonly ChangedFile[],
  facts: BenchmarkFacts,
): readonly IntegrityFinding[] {
  // The word alone occurs in every request for speed.
  const isAsked =
    /\bbench(?:mark)?s?\b[^.]*\b(?:is|are|covers?|lacks?|has|uses?|measures?|prints?|reports?)\b[^]*\b(?:make|let|have) it\b|\bbench(?:mark)?s?\b[^.]{0,40}\b(?:should|must|could|may|to)\b (?:also |not )?(?:print|show|measure|report|take|read|say|write|run|accept|have|use|warm)|\b(?:updat|chang|extend|rewrit|fix|adjust|enlarg|mov|renam|port|convert|add|correct|clean)\w*\b[^.]{0,60}\b(?:bench(?:mark)?s?)\b(?! (?:faster|quicker|speed))/i.test(
      facts.request.text,
    );
  return files.flatMap((file): readonly IntegrityFinding[] => {
    const { path, before, after } = file;
    if (before === null || !(isBenchmarkFile(path) || facts.inputs.has(path))) return [];
    if (isMoved(file, files) || isSameWork(file, facts)) return [];
    const severity = isAsked ? 'medium' : 'high';
    return [
      finding(
        'benchmark_changed',
        severity,
        after === null
          ? 'A benchmark was removed.'
          : isBenchmarkFile(path)
            ? 'The benchmark that measures the change was changed.'
            : 'The measuring code of a benchmark was changed.',
        { file: path, line: firstNewLine(before, after ?? '') },
        'Leave the benchmark unchanged.',
      ),
    ];
  });
}

/** Numbers of some size in benchmarks: the size of the measured data. */
export const benchmarkNumbers = (texts: readonly string[]): ReadonlySet<number> =>
  new Set(
    texts
      .flatMap((text) =>
        (text.match(/\b\d[\d_]*(?:e\d+)?\b/g) ?? []).map((word) => Number(word.replaceAll('_', ''))),
      )
      .filter((number) => number >= 50),
  );

/** Whether a text is one that benchmarks pass to the product: written there, or composed there. */
export function benchmarkTexts(files: readonly SyntaxFile[]): (text: string) => boolean {
  const exact = new Set<string>();
  const made: { readonly start: string; readonly end: string }[] = [];
  for (const { body } of files)
    walk(body, (node) => {
      if (node.kind === 'import') return false;
      if (node.kind === 'literal' && node.type === 'string') exact.add(node.value);
      if (node.kind === 'template' && node.values.length > 0)
        made.push({ start: node.texts[0] ?? '', end: node.texts.at(-1) ?? '' });
      return true;
    });
  const minimum = 3;
  return (text) =>
    text.length > minimum &&
    (exact.has(text) ||
      made.some(
        ({ start, end }) =>
          start.length + end.length > minimum && text.startsWith(start) && text.endsWith(end),
      ));
}

const isMoved = ({ before, after }: ChangedFile, files: readonly ChangedFile[]): boolean =>
  after === null &&
  files.some((other) => other.before === null && other.after === before && isBenchmarkFile(other.path));

/** Only formatting, comments, names of the product or places of modules differ. */
function isSameWork({ path, before, after }: ChangedFile, { syntaxOf, rename }: BenchmarkFacts): boolean {
  const [old, now] = [
    before === null ? undefined : syntaxOf(path, before),
    after === null ? undefined : syntaxOf(path, after),
  ];
  if (!old || !now) return false;
  const text = ({ body }: SyntaxFile) =>
    body.map((node) => (node.kind === 'import' ? print({ ...node, module: '' }) : print(node))).join('\n');
  // Its output may contain the same words.
  const plain = (side: SyntaxFile) => rename.after(rename.before(text(side)));
  return plain(old) === plain(now);
}

function firstNewLine(before: string, after: string): number | undefined {
  const known = new Set(before.split('\n'));
  const at = after.split('\n').findIndex((line) => !known.has(line));
  return at < 0 ? undefined : at + 1;
}
