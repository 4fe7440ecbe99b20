import { lstatSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { analyseFile, rewriteFile } from './analysis';
import type { AnalysedFile, AnalysisAnswer, AnalysisRequest } from './analysis-protocol';

/** Larger or denser files are generated or packed; nobody reads them line by line, and rules would take minutes. */
const maximumFileBytes = 524_288;
const maximumMeanLineLength = 400;
const maximumFindings = 1_000;

function readable({ path, text: given }: AnalysisRequest['files'][number]): AnalysedFile | undefined {
  const content = given ?? contentOf(path);
  if (content === undefined || content.length > maximumFileBytes || content.includes('\0')) return undefined;
  return content.length / content.split('\n').length > maximumMeanLineLength
    ? undefined
    : { path, text: content };
}

/** A link could lead anywhere; what it leads to is analysed under its own name. */
function contentOf(path: string): string | undefined {
  const status = lstatSync(path, { throwIfNoEntry: false });
  return status?.isFile() && status.size <= maximumFileBytes ? readFileSync(path, 'utf8') : undefined;
}

/** A rule that stumbles over strange code must not cost the other files their examination. */
function surviving<T>(work: () => readonly T[]): readonly T[] {
  try {
    return work();
  } catch (error) {
    process.stderr.write(`${String(error)}\n`);
    return [];
  }
}

async function main(): Promise<void> {
  const request = JSON.parse(await text(process.stdin)) as AnalysisRequest;
  const files = request.files.flatMap((file) => readable(file) ?? []);
  const answer: AnalysisAnswer = {
    analysed: files.length,
    findings:
      request.mode === 'review'
        ? files.flatMap((file) => surviving(() => analyseFile(file))).slice(0, maximumFindings)
        : [],
    rewritten:
      request.mode === 'rewrite'
        ? files.flatMap((file) => surviving(() => [rewriteFile(file, request.rules) ?? []].flat()))
        : [],
  };
  process.stdout.write(JSON.stringify(answer));
}

void main();
