import { firstError } from '../first-error';
import { cut, noTests, type ReportedFailure, type ReportReader, sumOf } from './report';

const takenTime = String.raw`(?: \([\d.]+m?s\))?`;
const title = new RegExp(String.raw`^\s*✖ (.+?)${takenTime}$`, 'm');

/** The complete output of node's runner about a path without tests, besides a package manager's own. */
const foundNoFile = (output: string): boolean => {
  const lines = output.split('\n').filter((line) => !/^(?:\s*|> .*|npm (?:error|ERR!).*|\$ .*)$/.test(line));
  return lines.length > 0 && lines.every((line) => /^Could not find '.+'$/.test(line));
};

/** `node --test` with its spec reporter, on Node 20, 22 and 24. */
export const nodeSpec: ReportReader = (output) => {
  const of = (word: string) => sumOf(output, new RegExp(String.raw`^ℹ ${word} (\d+)$`, 'gm'));
  const [total, passed, failed] = [of('tests'), of('pass'), of('fail')];
  if (total === undefined || passed === undefined || failed === undefined)
    return foundNoFile(output) ? { tool: 'node', counts: noTests, failures: [], namesAll: true } : undefined;
  const counts = {
    total,
    passed,
    failed: failed + (of('cancelled') ?? 0),
    skipped: (of('skipped') ?? 0) + (of('todo') ?? 0),
  };
  // Several runs may follow each other: each list of failures ends where the next run begins.
  const failures = cut(output, /^✖ failing tests:()$/gm).flatMap(({ text, before }) =>
    cut(text.split(/^(?:ℹ |▶ |✔ |> )/m)[0] ?? '', /^test at (.+)$/gm).flatMap((block) =>
      failureOf(block.name, block.text, before),
    ),
  );
  return {
    tool: 'node',
    counts,
    failures,
    namesAll: failures.length + failedParents(output) >= counts.failed,
  };
};

function failureOf(location: string, text: string, stream: string): ReportedFailure[] {
  const heading = title.exec(text);
  // Marked with `⚠`, or before Node 24 with `# TODO`: an unfinished test.
  if (heading === null || /# TODO\b/.test(heading[0])) return [];
  const name = heading[1] ?? location;
  const words = text.slice(heading.index + heading[0].length);
  if (words.trim() !== "'test failed'") return [{ name, location, text: words }];
  // The file could not be loaded: the output of its process is before its line.
  const at = stream.lastIndexOf(`✖ ${name}`);
  const printed =
    stream
      .slice(0, Math.max(0, at))
      .split(/^(?=[✔✖▶﹣⚠] )/m)
      .at(-1) ?? '';
  const cause = firstError(printed.replace(/^[✔✖▶﹣⚠] .*\n(?: {2}'test failed'\n)?/, ''));
  return [
    {
      name,
      location,
      isLoadFailure: true,
      text: cause?.context ?? words,
      ...(cause ? { error: cause.message } : {}),
    },
  ];
}

/** Tests that failed because of their subtests; they are counted and not listed. */
function failedParents(output: string): number {
  const opened = new Set([...output.matchAll(/^( *▶ .+)$/gm)].map(([, line = '']) => line.replace('▶', '✖')));
  const closed = [...output.matchAll(new RegExp(String.raw`^( *✖ .+?)${takenTime}$`, 'gm'))];
  return closed.filter(([, line = '']) => opened.has(line)).length;
}
