import { posix } from 'node:path';
import type { ChangedFile } from './changed-file';
import {
  isCode,
  isExample,
  isGeneratedPath,
  isLockFile,
  isProduct,
  isSetupFile,
  isSnapshot,
  isTestFile,
  isVendored,
  isWorkflowFile,
  saysGenerated,
} from './file-roles';
import { finding, type IntegrityFinding } from './findings';
import { names, type RequestWords } from './request-words';

const advice = 'Change the source, and let its tool make the rest.';

/** Built, generated and vendored files that a change touches: they are not reviewed line by line, but they run. */
export function generatedFindings(
  files: readonly ChangedFile[],
  request: RequestWords,
): readonly IntegrityFinding[] {
  const sources = files.filter(
    ({ path, before, after }) => (isProduct(path) || isData(path)) && !isMade(path, before, after),
  );
  return files.flatMap((file): readonly IntegrityFinding[] => {
    const { path, before, after } = file;
    if (isLockFile(path)) return [];
    if (isVendored(path)) return [vendored(file, request)];
    if (!isMade(path, before, after) || after === null) return [];
    const isAsked = asks(
      request,
      path,
      /\b(?:re-?build|re-?built|regenerat|re-?bundl|re-?compil|built files?|generated|dist|bundle|minif)/i,
    );
    const place = { file: path, line: firstNewLine(before, after) };
    if (sources.length === 0)
      return [
        finding(
          'generated_changed_alone',
          isAsked ? 'medium' : 'high',
          'A built or generated file was changed, and nothing that it could be made of.',
          place,
          advice,
        ),
      ];
    const foreign = isCode(path) ? foreignWords(file, sources) : [];
    if (foreign.length === 0)
      return [
        finding(
          'generated_changed',
          'medium',
          'A built or generated file was changed together with sources.',
          place,
          advice,
        ),
      ];
    return [
      finding(
        'generated_differs',
        isAsked && before === null ? 'medium' : 'high',
        `A built or generated file holds what no changed source holds: ${foreign.slice(0, 10).join(', ')}.`.slice(
          0,
          1000,
        ),
        place,
        advice,
      ),
    ];
  });
}

/** A file that is no code may be the source of code: a table, a schema, a grammar. */
const isData = (path: string): boolean =>
  !isCode(path) &&
  !isTestFile(path) &&
  !isSnapshot(path) &&
  !isExample(path) &&
  !isSetupFile(path) &&
  !isWorkflowFile(path) &&
  !isVendored(path) &&
  !isLockFile(path) &&
  posix.basename(path) !== 'package.json';

export const isMade = (path: string, before: string | null, after: string | null): boolean =>
  isGeneratedPath(path) ||
  (!isExample(path) && (saysGenerated(before ?? '') || (before === null && saysGenerated(after ?? ''))));

function vendored({ path, before, after }: ChangedFile, request: RequestWords): IntegrityFinding {
  const isAsked = asks(request, path, /\bvendor(?:ed|ing)?\b|\bthird[- ]party\b/i);
  const what = before === null ? 'was added' : after === null ? 'was removed' : 'was changed';
  return finding(
    'vendored_changed',
    isAsked ? 'medium' : 'high',
    `Foreign code that is kept in the repository ${what}.`,
    { file: path, line: after === null ? undefined : firstNewLine(before, after) },
    'Leave vendored code unchanged, or replace it by a newer version as a whole.',
  );
}

/** The request mentions such files, or this one by its name. */
function asks(request: RequestWords, path: string, words: RegExp): boolean {
  if (words.test(request.text)) return true;
  const parts = path.split('/');
  const base = (parts.at(-1) ?? '').replace(/(?:\.min)?\.[^.]+$/, '');
  return (
    request.text.includes(posix.basename(path)) ||
    (base.length > 3 &&
      !/^(?:index|main|bundle)$/.test(base) &&
      names(request, base) &&
      /\b(?:updat|upgrad|bump|patch|vendor|replac)/i.test(request.text))
  );
}

/** Long texts and names that are new in a built file and in none of the sources that were changed with it. */
function foreignWords({ before, after }: ChangedFile, sources: readonly ChangedFile[]): readonly string[] {
  const known = new Set([
    ...wordsOf(before ?? ''),
    ...sources.flatMap((file) => [...wordsOf(file.after ?? ''), ...wordsOf(file.before ?? '')]),
  ]);
  return [...wordsOf(after ?? '')].filter((word) => !known.has(word) && !helper.test(word));
}

const helper =
  /^(?:__\w+|_\w*|use strict|exports|module|require|Object|defineProperty|enumerable|value|writable|configurable|default|function|return|const|this|void|typeof|undefined|null|true|false|prototype|create|call|apply|hasOwnProperty|sourceMappingURL\S*|async|await|class|extends|throw|else|case|break|continue|switch|while|static|super|arguments|concat|\w{1,3})$/;

const wordsOf = (text: string): ReadonlySet<string> =>
  new Set([
    ...[...text.matchAll(/"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'/g)].flatMap(
      ([, one, other]) => one ?? other ?? [],
    ),
    ...(text
      .replaceAll(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\/.*|\/\*[\s\S]*?\*\//g, ' ')
      .match(/[A-Za-z_$][\w$]*|\b\d{2,}(?:\.\d+)?\b/g) ?? []),
  ]);

function firstNewLine(before: string | null, after: string): number | undefined {
  const known = new Set((before ?? '').split('\n'));
  const at = after.split('\n').findIndex((line) => !known.has(line));
  return at < 0 ? undefined : at + 1;
}
