import { firstError } from '../first-error';
import { countsOf, noTests, type ReportedFailure, type ReportReader, sumOf, type TestCounts } from './report';

/** A test point, with the subtests' indentation, its directive, and the YAML block that may follow. */
const point =
  /^( *)(not ok|ok)\b(?: +\d+)?(?: +-)? *(.*?)(?: +# *(SKIP|TODO|time=)\S*.*)?\n(?:\1 {2}---\n((?:(?!\1 {2}\.\.\.$).*\n)*?)\1 {2}\.\.\.$)?/gim;
const version = /^TAP version 1[34]$/m;
const plan = /^1\.\.(\d+)/gm;
const knownOnlyFromOutside = /^(?:test failed|)$/;

/** TAP 13 and 14: node:test, tape, tap, AVA with `--tap`, and any other tool that prints points under a version or a plan. */
export const tap: ReportReader = (output) => {
  const points = [...output.matchAll(point)].map((match) => ({
    index: match.index,
    end: match.index + match[0].length,
    indent: (match[1] ?? '').length,
    isOk: match[2]?.toLowerCase() === 'ok',
    name: unescape((match[3] ?? '').trim()),
    directive: (match[4] ?? '').toUpperCase(),
    yaml: match[5] ?? '',
  }));
  const top = points.filter(({ indent }) => indent === 0);
  const plans = [...output.matchAll(plan)];
  const hasVersion = version.test(output);
  const summary = trailer(output);
  if (!hasVersion && !(plans.length > 0 && (top.length > 0 || isEmptyPlan(plans))) && !summary)
    return undefined;
  if (!hasVersion && top.length === 0 && !isEmptyPlan(plans)) return undefined;

  const failures: ReportedFailure[] = [];
  let parents = 0;
  points.forEach((current, index) => {
    const isFailure = !current.isOk && current.directive !== 'SKIP' && current.directive !== 'TODO';
    if (!isFailure) return;
    if (failedBelow(points, index)) {
      parents += 1;
      return;
    }
    const previousEnd = points[index - 1]?.end ?? 0;
    failures.push(failureOf(current, output.slice(previousEnd, current.index)));
  });
  const counts = summary ?? fromPoints(top);
  return { tool: 'tap', counts, failures, namesAll: failures.length + parents >= counts.failed };
};

const isEmptyPlan = (plans: readonly RegExpMatchArray[]): boolean =>
  plans.length > 0 && plans.every(([, count]) => Number(count) === 0);

/** The sums that runners print in comments: `# pass 3`, and tap's `# { total: 3, pass: 2, fail: 1 }`. */
function trailer(output: string): TestCounts | undefined {
  const of = (word: string) => sumOf(output, new RegExp(String.raw`^# ${word} +(\d+)$`, 'gm'));
  const total = of('tests');
  const passed = of('pass');
  if (total !== undefined && passed !== undefined) {
    const failed = (of('fail') ?? 0) + (of('cancelled') ?? 0);
    const skipped = (of('skipped') ?? 0) + (of('skip') ?? 0) + (of('todo') ?? 0);
    return { total, passed, failed, skipped };
  }
  const last = [...output.matchAll(/^# \{ total: \d+.*\}$/gm)].at(-1)?.[0];
  if (last === undefined) return undefined;
  const within = (word: string) => Number(new RegExp(String.raw`\b${word}: (\d+)`).exec(last)?.[1] ?? 0);
  return countsOf(within('pass'), within('fail'), within('skip') + within('todo'));
}

function fromPoints(top: readonly { readonly isOk: boolean; readonly directive: string }[]): TestCounts {
  if (top.length === 0) return noTests;
  const skipped = top.filter(({ directive }) => directive === 'SKIP' || directive === 'TODO').length;
  const failed = top.filter(
    ({ isOk, directive }) => !isOk && directive !== 'SKIP' && directive !== 'TODO',
  ).length;
  return countsOf(top.length - skipped - failed, failed, skipped);
}

/** A suite repeats the failures of its tests: the inner one has the reason. */
function failedBelow(
  points: readonly { readonly indent: number; readonly isOk: boolean; readonly directive: string }[],
  index: number,
): boolean {
  const own = points[index]?.indent ?? 0;
  for (let before = index - 1; before >= 0; before -= 1) {
    const other = points[before];
    if (!other || other.indent <= own) return false;
    if (!other.isOk && other.directive !== 'TODO' && other.directive !== 'SKIP') return true;
  }
  return false;
}

function failureOf(
  { name, yaml }: { readonly name: string; readonly yaml: string },
  printedBefore: string,
): ReportedFailure {
  const value = (key: string): string | undefined => {
    const scalar = String.raw`'(.*)'$|"(.*)"$|[|>]-?\n((?:\1 {2,}.*\n| *\n)+)|(.*)$`;
    const found = new RegExp(String.raw`^( *)${key}: *(?:${scalar})`, 'm').exec(yaml);
    const text = (found?.[2] ?? found?.[3] ?? found?.[4] ?? found?.[5])?.replaceAll("''", "'").trim();
    return text === '' ? undefined : text;
  };
  const isLoadFailure = value('exitCode') !== undefined && knownOnlyFromOutside.test(value('error') ?? '');
  const cause = isLoadFailure ? firstError(printedBefore) : undefined;
  const stack = value('stack') ?? '';
  const className = value('name');
  const words = value('error') ?? value('message') ?? /^\w*Error\b.*/.exec(stack)?.[0] ?? '';
  const error =
    className !== undefined && /^\w*Error$/.test(className) && !words.includes(className)
      ? `${className}: ${words}`
      : words;
  const details = yaml
    .replace(/^ *stack: \|-\n(?: {4,}.*\n)+/m, '')
    .replaceAll(/^ *(?:duration_ms|location|failureType|type|args|cwd|command|externalID|stdio):.*\n/gm, '');
  const location = value('location') ?? value('at');
  return {
    name,
    text: cause?.context ?? `${details}${stack}`,
    ...(isLoadFailure ? { isLoadFailure } : {}),
    ...((cause?.message ?? error) === '' ? {} : { error: cause?.message ?? error }),
    ...(location === undefined ? {} : { location }),
  };
}

const unescape = (name: string): string => name.replaceAll(/\\([#\\])/g, '$1');
