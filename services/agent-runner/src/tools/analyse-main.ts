import { lstatSync, readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { text } from 'node:stream/consumers';
import { analyseFile, rewriteFile } from './analysis';
import type { AnalysedFile, AnalysisAnswer, AnalysisFinding, AnalysisRequest } from './analysis-protocol';
import { isLockFile } from './integrity/file-roles';

/** Larger or denser files are generated or minified; they are not reviewed line by line, and rules would take minutes. */
const maxFileBytes = 524_288;
const maxMeanLineLength = 400;
const maxFindings = 1_000;

function readable({ path, text: given }: AnalysisRequest['files'][number]): AnalysedFile | undefined {
  const content = given ?? contentOf(path);
  if (content === undefined || content.length > maxFileBytes || content.includes('\0')) return undefined;
  return content.length / content.split('\n').length > maxMeanLineLength
    ? undefined
    : { path, text: content };
}

/** A link could lead anywhere; its target is analysed under its own name. */
function contentOf(path: string): string | undefined {
  const status = lstatSync(path, { throwIfNoEntry: false });
  return status?.isFile() && status.size <= maxFileBytes ? readFileSync(path, 'utf8') : undefined;
}

/** A rule that throws on unusual code must not prevent the examination of the other files. */
async function surviving<T>(work: () => readonly T[] | Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await work();
  } catch (error) {
    process.stderr.write(`${String(error)}\n`);
    return [];
  }
}

/** Both sides of a change, marked by a folder before their paths. */
function sidesOf(files: NonNullable<AnalysisRequest['change']>['files']): AnalysisRequest['files'] {
  const side = (name: 'before' | 'after') =>
    files.flatMap((file) => {
      const text = file[name];
      return text === null || isLockFile(file.path) ? [] : [{ path: `${name}/${file.path}`, text }];
    });
  return [...side('before'), ...side('after')];
}

async function findingsOf(files: readonly AnalysedFile[]): Promise<readonly AnalysisFinding[]> {
  const found: AnalysisFinding[] = [];
  for (const file of files) found.push(...(await surviving(() => analyseFile(file))));
  return found.slice(0, maxFindings);
}

/** The parsers are loaded on demand: loading takes longer than the analysis of a small project. */
async function integrityOf(
  change: NonNullable<AnalysisRequest['change']>,
): Promise<Pick<AnalysisAnswer, 'integrity' | 'mutation'>> {
  const { examine } = await import('./integrity/examine-change.js');
  const readUnchanged = (path: string) =>
    isAbsolute(path) || path.split('/').includes('..') ? undefined : contentOf(path);
  const { findings, mutation } = examine({ ...change, readUnchanged });
  return { integrity: findings, mutation };
}

async function main(): Promise<void> {
  const request = JSON.parse(await text(process.stdin)) as AnalysisRequest;
  const { change } = request;
  const files = (change ? sidesOf(change.files) : request.files).flatMap((file) => readable(file) ?? []);
  const rewritten = [];
  if (request.mode === 'rewrite')
    for (const file of files)
      rewritten.push(...(await surviving(() => [rewriteFile(file, request.rules) ?? []].flat())));
  const answer: AnalysisAnswer = {
    analysed: files.length,
    findings: request.mode === 'rewrite' ? [] : await findingsOf(files),
    ...(change ? await integrityOf(change) : {}),
    rewritten,
  };
  process.stdout.write(JSON.stringify(answer));
}

void main();
