import { firstError } from '../first-error';
import { countsOf, cut, noTests, type ReportReader, sumOf } from './report';

/** Mocha's spec, dot and min reporters; Cypress prints the same. */
export const mocha: ReportReader = (output) => {
  const passed = sumOf(output, /^ *(\d+) passing \([^)]*\)$/gm);
  const failed = sumOf(output, /^ *(\d+) failing$/gm) ?? 0;
  const skipped = sumOf(output, /^ *(\d+) pending$/gm) ?? 0;
  const failures = cut(output, /^ *\d+ failing()$/gm).flatMap(({ text }) =>
    cut(text.split(/^ *\d+ passing \(/m)[0] ?? '', /^ {2}\d+\) ((?:.+\n {7,})*?.+):$/gm).map((block) => ({
      name: block.name.replaceAll(/\s*\n\s*/g, ' > '),
      text: block.text,
    })),
  );
  const crash = /^ ?(?:✖ ERROR: |Exception during run: )([\s\S]*)/m.exec(output)?.[1];
  const cause = crash === undefined ? undefined : firstError(crash);
  if (cause)
    return {
      tool: 'mocha',
      counts: undefined,
      failures: [
        { name: 'loading the test files', text: cause.context, error: cause.message, isLoadFailure: true },
      ],
      namesAll: false,
    };
  if (passed === undefined)
    return /^Error: No test files found/m.test(output)
      ? { tool: 'mocha', counts: noTests, failures: [], namesAll: true }
      : undefined;
  return {
    tool: 'mocha',
    counts: countsOf(passed, failed, skipped),
    failures,
    namesAll: failures.length >= failed,
  };
};

/** `3 specs, 1 failure, 1 pending spec`. */
export const jasmine: ReportReader = (output) => {
  const lines = [...output.matchAll(/^(\d+) specs?, (\d+) failures?(?:, (\d+) pending specs?)?$/gm)];
  if (lines.length === 0)
    return /^Incomplete: No specs found$/m.test(output)
      ? { tool: 'jasmine', counts: noTests, failures: [], namesAll: true }
      : undefined;
  const sum = (group: number) => lines.reduce((total, line) => total + Number(line[group] ?? 0), 0);
  const [total, failed, skipped] = [sum(1), sum(2), sum(3)];
  const failures = cut(output, /^Failures:()\s*$/gm).flatMap(({ text }) =>
    cut(text.split(/^(?:Pending:|\d+ specs?, )/m)[0] ?? '', /^\d+\) (.+)$/gm).map((block) => ({
      name: block.name,
      text: block.text.replaceAll(/^ *(?:Message|Stack):\n/gm, ''),
    })),
  );
  return {
    tool: 'jasmine',
    counts: countsOf(Math.max(0, total - failed - skipped), failed, skipped),
    failures,
    namesAll: failures.length >= failed,
  };
};

/** AVA's own reporter: sums under a line, names marked with ✘, details once more below. */
export const ava: ReportReader = (output) => {
  const of = (word: string) =>
    sumOf(output, new RegExp(String.raw`^ {2}(\d+) (?:known )?(?:tests?|uncaught|unhandled) ?${word}`, 'gm'));
  const [passed, failed] = [of('passed'), of('failed')];
  const isEmpty =
    /^ {2}✘ (?:No tests found in|Couldn.t find any files to test|Based on your configuration)/m.test(output);
  const crashes = cut(output, /^ {2}Uncaught exception in (.+)$/gm);
  if (passed === undefined && failed === undefined && !isEmpty && crashes.length === 0) return undefined;
  if (!/^ {2}─$/m.test(output) && !isEmpty) return undefined;
  const names = [...output.matchAll(/^ +✘ \[fail\]: (.+)$/gm)].map(([, name = '']) => name.trim());
  const details = cut(output, /^ {2}(\S.*)$/gm);
  const failures = [
    ...names.map((name) => {
      const from = details.findIndex((block, index) => index > 0 && block.name === name);
      const text = details
        .slice(from, from === -1 ? 0 : from + 12)
        .map((block) => `${block.name}${block.text}`)
        .join('\n');
      return { name, text: text.split(/^─/m)[0] ?? '' };
    }),
    ...crashes.map(({ name, text }) => {
      const words = text.split(/^ {2}(?:✘|─)/m)[0] ?? '';
      const error = firstError(words)?.message;
      return { name, text: words, isLoadFailure: true, ...(error === undefined ? {} : { error }) };
    }),
  ];
  const lost = crashes.length;
  return {
    tool: 'ava',
    counts:
      isEmpty && failures.length === 0
        ? noTests
        : countsOf(passed ?? 0, (failed ?? 0) + lost, (of('skipped') ?? 0) + (of('todo') ?? 0)),
    failures,
    namesAll: failures.length >= (failed ?? 0) + lost,
  };
};

/** Playwright's list, line and dot reporters. */
export const playwright: ReportReader = (output) => {
  if (/^Error: No tests found\.?\nMake sure that arguments/m.test(output))
    return { tool: 'playwright', counts: noTests, failures: [], namesAll: true };
  if (!/^Running \d+ tests? using \d+ workers?/m.test(output)) return undefined;
  const of = (word: string) =>
    sumOf(output, new RegExp(String.raw`^ {2}(\d+) ${word}(?: \(.*\))?$`, 'gm')) ?? 0;
  const failed = of('failed') + of('interrupted');
  const failures = cut(output.split(/^ {2}\d+ failed$/m)[0] ?? '', /^ {2}\d+\) (.+?) ─+$/gm).map(
    ({ name, text }) => ({
      // The place is no part of the name: it moves when lines are added above it.
      name: name.replaceAll(/(\.[cm]?[jt]sx?):\d+:\d+/g, '$1'),
      location: name,
      text,
    }),
  );
  return {
    tool: 'playwright',
    counts: countsOf(of('passed') + of('flaky'), failed, of('skipped') + of('did not run')),
    failures,
    namesAll: failures.length >= failed,
  };
};

export const uvu: ReportReader = (output) => {
  const lines = [...output.matchAll(/^ {2}Total: +(\d+)\n {2}Passed: +(\d+)\n {2}Skipped: +(\d+)$/gm)];
  if (lines.length === 0) return undefined;
  const sum = (group: number) => lines.reduce((total, line) => total + Number(line[group] ?? 0), 0);
  // Its total excludes skipped tests.
  const [total, passed, skipped] = [sum(1), sum(2), sum(3)];
  const failures = cut(output, /^ {3}FAIL {2}(.+)$/gm).map(({ name, text }) => ({
    name: name.replaceAll('"', ''),
    text: text.split(/^ {2}Total:/m)[0] ?? '',
  }));
  return {
    tool: 'uvu',
    counts: countsOf(passed, Math.max(0, total - passed), skipped),
    failures,
    namesAll: failures.length >= total - passed,
  };
};
