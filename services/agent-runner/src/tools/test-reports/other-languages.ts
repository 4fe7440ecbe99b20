import { countsOf, cut, noTests, numberOf, type ReportReader } from './report';

/** `2 examples, 0 failures, 1 pending`, at times with errors outside of examples. */
export const rspec: ReportReader = (output) => {
  const lines = [...output.matchAll(/^\d+ examples?, \d+ failures?(?:, .*)?$/gm)].map(([line]) => line);
  if (lines.length === 0) return undefined;
  const sum = (word: string) => lines.reduce((total, line) => total + numberOf(line, word), 0);
  const unloaded = sum('errors? occurred');
  const failed = sum('failures?') + unloaded;
  const skipped = sum('pending');
  const total = sum('examples?');
  const examples = cut(output, /^Failures:()$/gm).flatMap(({ text }) =>
    cut(text.split(/^Finished in /m)[0] ?? '', /^ {2}\d+\) (.+)$/gm),
  );
  const files = cut(output, /^An error occurred while loading (\S+?)\.(?: .*)?$/gm);
  const counts =
    total === 0 && failed === 0
      ? noTests
      : countsOf(Math.max(0, total + unloaded - failed - skipped), failed, skipped);
  const failures = [
    ...examples.map(({ name, text }) => ({ name, text, ...errorAfter(text, /^ *Failure\/Error: .*\n\s*/m) })),
    ...files.map(({ name, text }) => ({
      name,
      text: text.split(/^(?:Run options|Finished in|An error occurred)/m)[0] ?? '',
      isLoadFailure: true,
      ...errorAfter(text, /^Failure\/Error: .*\n\s*/m),
    })),
  ];
  return { tool: 'rspec', counts, failures, namesAll: failures.length >= failed };
};

/** The two lines after what matches. */
function errorAfter(text: string, heading: RegExp): { readonly error?: string } {
  const [, after] = text.split(heading);
  const error = after?.split('\n').slice(0, 2).join(' ').trim();
  return error === undefined || error === '' ? {} : { error };
}

/** minitest, Rails and test-unit: `3 runs, 5 assertions, 1 failures, 0 errors, 1 skips`. */
export const minitest: ReportReader = (output) => {
  const lines = [
    ...output.matchAll(
      /^\d+ (?:runs|tests), \d+ assertions, \d+ failures, \d+ errors, \d+ (?:skips|pendings)\b.*$/gm,
    ),
  ].map(([line]) => line);
  if (lines.length === 0) return undefined;
  const sum = (word: string) => lines.reduce((total, line) => total + numberOf(line, word), 0);
  const failed = sum('failures') + sum('errors');
  const skipped = sum('skips') + sum('pendings') + sum('omissions');
  const failures = cut(output, /^ {2}\d+\) (?:Failure|Error):\n(.+)$/gm).map(({ name, text }) => ({
    name: name.replace(/:$/, '').replace(/ \[.*\]$/, ''),
    location: name,
    text: `${name}\n${text.split(/^\d+ (?:runs|tests), /m)[0] ?? ''}`,
    ...errorOf(text),
  }));
  const total = sum('(?:runs|tests)');
  return {
    tool: 'minitest',
    counts: countsOf(Math.max(0, total - failed - skipped), failed, skipped),
    failures,
    namesAll: failures.length >= failed,
  };
};

/** Its first line that is not empty. */
function errorOf(text: string): { readonly error?: string } {
  const error = text
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line !== '');
  return error === undefined ? {} : { error };
}

/** ExUnit: `1 doctest, 3 tests, 1 failure, 1 excluded`. */
export const exunit: ReportReader = (output) => {
  const kind = String.raw`\d+ (?:doctests?|properties|property|tests?)`;
  const lines = [
    ...output.matchAll(
      new RegExp(`^${kind}(?:, ${kind})*, \\d+ failures?(?:, \\d+ (?:excluded|skipped|invalid))*$`, 'gm'),
    ),
  ].map(([line]) => line);
  if (lines.length === 0) return undefined;
  const sum = (word: string) => lines.reduce((total, line) => total + numberOf(line, word), 0);
  const total = sum('doctests?') + sum('propert(?:y|ies)') + sum('tests?');
  const failed = sum('failures?') + sum('invalid');
  const skipped = sum('skipped') + sum('excluded');
  const failures = cut(output, /^ {2}\d+\) (.+)$/gm).map(({ name, text }) => ({
    name,
    text: text.split(/^Finished in /m)[0] ?? '',
  }));
  return {
    tool: 'exunit',
    counts: total === 0 ? noTests : countsOf(Math.max(0, total - failed - skipped), failed, skipped),
    failures,
    namesAll: failures.length >= failed,
  };
};

/** PHPUnit: `OK (3 tests, 5 assertions)`, or `Tests: 3, Assertions: 5, Failures: 1, Skipped: 1.` */
export const phpunit: ReportReader = (output) => {
  const good = [...output.matchAll(/^OK \((\d+) tests?, \d+ assertions?\)$/gm)];
  const mixed = [...output.matchAll(/^Tests: (\d+), Assertions: \d+.*\.$/gm)];
  if (good.length + mixed.length === 0)
    return /^No tests executed!$/m.test(output)
      ? { tool: 'phpunit', counts: noTests, failures: [], namesAll: true }
      : undefined;
  const total = [...good, ...mixed].reduce((sum, [, count]) => sum + Number(count), 0);
  const of = (word: string) =>
    mixed.reduce(
      (sum, [line]) => sum + Number(new RegExp(String.raw`, ${word}: (\d+)`).exec(line)?.[1] ?? 0),
      0,
    );
  const failed = of('Failures') + of('Errors');
  const skipped = of('Skipped') + of('Incomplete');
  const failures = cut(output, /^\d+\) (.+::.+)$/gm).map(({ name, text }) => ({
    name,
    text: text.split(/^(?:--|FAILURES!|ERRORS!)$/m)[0] ?? '',
  }));
  return {
    tool: 'phpunit',
    counts: countsOf(Math.max(0, total - failed - skipped), failed, skipped),
    failures,
    namesAll: failures.length >= failed,
  };
};

/** Maven Surefire: the sum of each module, and a line for each test that failed. */
export const maven: ReportReader = (output) => {
  const sums = [
    ...output.matchAll(/^(?:\[\w+\] )?Tests run: (\d+), Failures: (\d+), Errors: (\d+), Skipped: (\d+)$/gm),
  ];
  if (sums.length === 0)
    return /^\[INFO\] No tests to run\.$/m.test(output)
      ? { tool: 'maven', counts: noTests, failures: [], namesAll: true }
      : undefined;
  const sum = (group: number) => sums.reduce((total, line) => total + Number(line[group]), 0);
  const failed = sum(2) + sum(3);
  const skipped = sum(4);
  const failures = cut(
    output,
    /^\[ERROR\] +(\S+)(?: --)? +Time elapsed: [\d.]+ s +<<< (?:FAILURE|ERROR)!.*$/gm,
  ).map(({ name, text }) => {
    const words = text.split(/^(?:\[|$)/m).find((part) => part.trim() !== '') ?? '';
    return { name, text: words, ...errorOf(words) };
  });
  return {
    tool: 'maven',
    counts: sum(1) === 0 ? noTests : countsOf(Math.max(0, sum(1) - failed - skipped), failed, skipped),
    failures,
    namesAll: failures.length >= failed,
  };
};

/** Gradle names tests and counts them only where some failed. */
export const gradle: ReportReader = (output) => {
  const lines = [...output.matchAll(/^\d+ tests? completed, \d+ failed(?:, \d+ skipped)?$/gm)].map(
    ([line]) => line,
  );
  if (lines.length === 0) return undefined;
  const sum = (word: string) => lines.reduce((total, line) => total + numberOf(line, word), 0);
  const [total, failed, skipped] = [sum('tests? completed'), sum('failed'), sum('skipped')];
  const failures = cut(output, /^(\S+ > .+) FAILED$/gm).map(({ name, text }) => {
    const words = text.split(/^\S/m)[0] ?? '';
    return { name, text: words, ...errorOf(words) };
  });
  return {
    tool: 'gradle',
    counts: countsOf(Math.max(0, total - failed - skipped), failed, skipped),
    failures,
    namesAll: failures.length >= failed,
  };
};

/** `dotnet test`: one line for each assembly. */
export const dotnet: ReportReader = (output) => {
  const lines = [
    ...output.matchAll(
      /^(?:Passed|Failed|Skipped)! +- Failed: +(\d+), Passed: +(\d+), Skipped: +(\d+), Total: +\d+/gm,
    ),
  ];
  if (lines.length === 0) return undefined;
  const sum = (group: number) => lines.reduce((total, line) => total + Number(line[group]), 0);
  const failures = cut(output, /^ {2}Failed (\S.*?) \[[^\]]+\]$/gm).map(({ name, text }) => ({
    name,
    text: text.split(/^ {2}(?:Passed|Skipped) |^(?:Passed|Failed)!/m)[0] ?? '',
  }));
  const failed = sum(1);
  return {
    tool: 'dotnet',
    counts: countsOf(sum(2), failed, sum(3)),
    failures,
    namesAll: failures.length >= failed,
  };
};
