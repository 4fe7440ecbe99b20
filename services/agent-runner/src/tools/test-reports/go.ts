import { z } from 'zod';
import { countsOf, cut, noTests, type ReportedFailure, type ReportReader } from './report';

const maxListed = 200;

/** `go test`, plain or with `-v`. Without `-v` a package whose tests pass is one line, and counts as one. */
export const go: ReportReader = (output) => {
  const packages = [
    ...output.matchAll(
      /^(ok|FAIL|\?|-{3}) ?\s+(\S+)\s+(\[no test files\]|\(cached\)|[\d.]+s|\[(?:build|setup) failed\])(.*)$/gm,
    ),
  ];
  const ended = [...output.matchAll(/^( *)--- (PASS|FAIL|SKIP): (\S+)/gm)].map((match) => ({
    index: match.index,
    indent: (match[1] ?? '').length,
    state: match[2],
    name: match[3] ?? '',
  }));
  if (packages.length === 0 && ended.length === 0) return undefined;
  const names = new Set(ended.map(({ name }) => name));
  const isParent = (name: string) => [...names].some((other) => other.startsWith(`${name}/`));
  const leaves = ended.filter(({ name }) => !isParent(name));
  const count = (state: string) => leaves.filter((leaf) => leaf.state === state).length;
  const unbuilt = packages.filter(([, , , how = '']) => how.endsWith('failed]'));
  const quietPackages = packages.filter(
    ([, state, , how, rest = '']) =>
      state === 'ok' && how !== '[no test files]' && !rest.includes('[no tests to run]'),
  ).length;
  const failed = count('FAIL') + unbuilt.length;
  const failures: ReportedFailure[] = [
    ...leaves
      .filter(({ state }) => state === 'FAIL')
      .slice(0, maxListed)
      .map(({ name, index }) => ({
        name,
        ...groupAfter(output, index),
        text: textOf(output, name, index),
      })),
    ...unbuilt.map(([, , name = '']) => ({
      name,
      isLoadFailure: true,
      text:
        cut(output, /^# (\S+)(?: \[.*\])?$/gm)
          .find((block) => block.name === name)
          ?.text.split(/^(?:FAIL|ok|\?|#)/m)[0] ?? '',
    })),
  ];
  const counts = countsOf(count('PASS') || quietPackages, failed, count('SKIP'));
  const hasFailedPackage = packages.some(([, state]) => state === 'FAIL');
  return {
    tool: 'go',
    counts: counts.total === 0 && !hasFailedPackage ? noTests : counts,
    failures,
    // A panic ends the package's other tests.
    namesAll: failures.length >= failed && !/^panic: /m.test(output),
  };
};

function groupAfter(output: string, index: number): { readonly group?: string } {
  const group = /^(?:FAIL|ok) ?\t(\S+)/m.exec(output.slice(index))?.[1];
  return group === undefined ? {} : { group };
}

/** Log output is below the line of the failure, and with `-v` above it. */
function textOf(output: string, name: string, index: number): string {
  const after = output.slice(index).split('\n').slice(1);
  const end = after.findIndex((line) => /^ *(?:--- |=== |FAIL|ok |PASS|\? )/.test(line));
  const below = after.slice(0, end === -1 ? 40 : end).join('\n');
  if (below.trim() !== '') return below;
  const started = output.lastIndexOf(`=== RUN   ${name}\n`, index);
  return started === -1
    ? ''
    : output
        .slice(started, index)
        .split('\n')
        .filter((line) => !/^ *(?:=== |--- )/.test(line))
        .join('\n');
}

const event = z.object({
  Action: z.string(),
  Package: z.string().optional(),
  ImportPath: z.string().optional(),
  Test: z.string().optional(),
  Output: z.string().optional(),
});

/** `go test -json`: its events, converted to the output of `-v`, by package. */
export const goJson: ReportReader = (output) => {
  const texts = new Map<string, string>();
  for (const line of output.split('\n')) {
    if (!line.startsWith('{"') || !line.includes('"Action":')) continue;
    const parsed = event.safeParse(parse(line));
    if (!parsed.success || parsed.data.Output === undefined) continue;
    const { Package, ImportPath, Output } = parsed.data;
    const key = (Package ?? ImportPath ?? '').split(' ')[0] ?? '';
    texts.set(key, (texts.get(key) ?? '') + Output);
  }
  if (texts.size === 0) return undefined;
  const report = go([...texts.values()].join('\n'));
  return report && { ...report, tool: 'go -json' };
};

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
