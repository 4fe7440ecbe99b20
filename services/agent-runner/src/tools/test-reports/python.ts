import { countsOf, cut, noTests, numberOf, type ReportedFailure, type ReportReader } from './report';

const word = '(?:passed|failed|errors?|skipped|xfailed|xpassed|deselected|warnings?|rerun|subtests passed)';
const summary = new RegExp(
  String.raw`^=* *(\d+ ${word}(?:, \d+ ${word})*|no tests ran) in [\d.:]+\w*.*$`,
  'gm',
);

/** pytest's last line, also with `-q`, and its sections. */
export const pytest: ReportReader = (output) => {
  const lines = [...output.matchAll(summary)].map(([, line = '']) => line);
  if (lines.length === 0) return undefined;
  const sum = (one: string) => lines.reduce((total, line) => total + numberOf(line, one), 0);
  const failed = sum('failed') + sum('error');
  const counts = countsOf(sum('passed') + sum('xpassed'), failed, sum('skipped') + sum('xfailed'));
  const failures = pytestFailures(output);
  return { tool: 'pytest', counts, failures, namesAll: failures.length >= failed };
};

function pytestFailures(output: string): ReportedFailure[] {
  const sections = cut(output, /^_{3,} (.+?) _{3,}$/gm).map(({ name, text }) => ({
    name,
    text: text.split(/^=+ /m)[0] ?? '',
  }));
  const listed = [...output.matchAll(/^(FAILED|ERROR) (\S+?\.\w+)(?:::(.+?))?(?: - (.*))?$/gm)].map(
    ([, , file = '', test, error]) => ({ file, test, error }),
  );
  return sections.map(({ name, text }) => {
    const unloaded = /^ERROR collecting (.+)$/.exec(name)?.[1];
    const bare = name.replace(/^ERROR at (?:setup|teardown) of /, '');
    const entry = listed.find(({ test }) => test?.replaceAll('::', '.') === bare);
    const group = unloaded ?? entry?.file;
    const error = [...text.matchAll(/^E +(\S.*)$/gm)].map(([, line = '']) => line);
    const words = unloaded === undefined ? error[0] : error.at(-1);
    return {
      name: unloaded ?? bare,
      text,
      ...(group === undefined ? {} : { group, location: `${group}:1` }),
      ...(unloaded === undefined ? {} : { isLoadFailure: true }),
      ...(words === undefined ? {} : { error: words }),
    };
  });
}

/** unittest, also as Django runs it: `Ran 7 tests in 0.1s`, then `FAILED (failures=1, skipped=2)`. */
export const unittest: ReportReader = (output) => {
  const runs = [
    ...output.matchAll(/^Ran (\d+) tests? in [\d.]+s\n+(?:(?:OK|FAILED|NO TESTS RAN)(?: \((.*)\))?)?/gm),
  ];
  if (runs.length === 0) return undefined;
  const total = runs.reduce((sum, [, count]) => sum + Number(count), 0);
  const details = runs.map(([, , words = '']) => words);
  const of = (key: string) =>
    details.reduce(
      (sum, words) => sum + Number(new RegExp(String.raw`(?:^|, )${key}=(\d+)`).exec(words)?.[1] ?? 0),
      0,
    );
  const failed = of('failures') + of('errors') + of('unexpected successes');
  const skipped = of('skipped') + of('expected failures');
  const failures = cut(output, /^(?:ERROR|FAIL): (.+)\n(?:(?!-{60}).*\n)?-{60,}$/gm).map(({ name, text }) => {
    const words = text.split(/^(?:={60,}|-{60,})$/m)[0] ?? '';
    const isLoadFailure = name.includes('_FailedTest');
    const error = [
      ...words.matchAll(/^((?:\w+\.)*\w*(?:Error|Exception|Warning|Interrupt|Failure|Exit)\b.*)$/gm),
    ].at(-1)?.[1];
    return {
      name,
      text: words,
      ...(isLoadFailure ? { isLoadFailure } : {}),
      ...(error === undefined ? {} : { error }),
    };
  });
  const counts =
    total === 0 && failed === 0 ? noTests : countsOf(Math.max(0, total - failed - skipped), failed, skipped);
  return { tool: 'unittest', counts, failures, namesAll: failures.length >= failed };
};
