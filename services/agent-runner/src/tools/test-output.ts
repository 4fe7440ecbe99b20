export interface TestCounts {
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

type Reader = (output: string) => TestCounts | undefined;

const numberAfter = (output: string, pattern: RegExp): number | undefined => {
  // The last: a runner that starts others prints its own sum at the end.
  const found = [...output.matchAll(pattern)].at(-1)?.[1];
  return found === undefined ? undefined : Number(found);
};

/** `node --test`: the summary of its TAP (`# pass 3`) and spec (`ℹ pass 3`) reporters. */
const nodeTest: Reader = (output) => {
  const of = (word: string) => numberAfter(output, new RegExp(`^(?:#|ℹ) ${word} (\\d+)$`, 'gm'));
  const [total, passed, failed] = [of('tests'), of('pass'), of('fail')];
  if (total === undefined || passed === undefined || failed === undefined) return undefined;
  return {
    total,
    passed,
    failed: failed + (of('cancelled') ?? 0),
    skipped: (of('skipped') ?? 0) + (of('todo') ?? 0),
  };
};

/** jest `Tests: 1 failed, 1 skipped, 3 passed, 5 total`; vitest `Tests  1 failed | 3 passed (4)`. */
const jestLike: Reader = (output) => {
  const line = [...output.matchAll(/^\s*Tests:?\s+(.*\d+ (?:passed|failed|skipped|todo|total).*)$/gm)].at(
    -1,
  )?.[1];
  if (line === undefined) return undefined;
  const of = (word: string) => Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0);
  const counts = {
    passed: of('passed'),
    failed: of('failed'),
    skipped: of('skipped') + of('todo') + of('pending'),
  };
  const total = of('total') || Number(/\((\d+)\)/.exec(line)?.[1] ?? 0);
  return { ...counts, total: total || counts.passed + counts.failed + counts.skipped };
};

const mocha: Reader = (output) => {
  const passed = numberAfter(output, /^\s*(\d+) passing\b/gm);
  if (passed === undefined) return undefined;
  const failed = numberAfter(output, /^\s*(\d+) failing\b/gm) ?? 0;
  const skipped = numberAfter(output, /^\s*(\d+) pending\b/gm) ?? 0;
  return { total: passed + failed + skipped, passed, failed, skipped };
};

/** `=== 2 failed, 5 passed, 1 skipped in 0.12s ===`; unittest `Ran 7 tests in` ... `FAILED (failures=1)`. */
const python: Reader = (output) => {
  const line = [...output.matchAll(/^=*\s*((?:\d+ [a-z]+(?:, )?)+) in [\d.:]+/gm)].at(-1)?.[1];
  if (line !== undefined) {
    const of = (word: string) => Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0);
    const passed = of('passed') + of('xpassed');
    const failed = of('failed') + of('error');
    const skipped = of('skipped') + of('xfailed') + of('deselected');
    return { total: passed + failed + skipped, passed, failed, skipped };
  }
  const total = numberAfter(output, /^Ran (\d+) tests? in/gm);
  if (total === undefined) return undefined;
  const of = (word: string) => numberAfter(output, new RegExp(`${word}=(\\d+)`, 'g')) ?? 0;
  const [failed, skipped] = [of('failures') + of('errors'), of('skipped')];
  return { total, failed, skipped, passed: Math.max(0, total - failed - skipped) };
};

/** `test result: ok. 3 passed; 0 failed; 1 ignored`, once for each binary. */
const cargo: Reader = (output) => {
  const results = [...output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/gm)];
  if (results.length === 0) return undefined;
  const sum = (group: number) => results.reduce((total, result) => total + Number(result[group]), 0);
  const [passed, failed, skipped] = [sum(1), sum(2), sum(3)];
  return { total: passed + failed + skipped, passed, failed, skipped };
};

/** `--- PASS: TestX`, and without `-v` one line for each package. */
const go: Reader = (output) => {
  const count = (pattern: RegExp) => [...output.matchAll(pattern)].length;
  const counts = {
    passed: count(/^\s*--- PASS:/gm) || count(/^ok\s+\S+\s+[\d.(]/gm),
    failed: count(/^\s*--- FAIL:/gm) || count(/^FAIL\s+\S+\s+[\d.]/gm),
    skipped: count(/^\s*--- SKIP:/gm),
  };
  const total = counts.passed + counts.failed + counts.skipped;
  return total === 0 ? undefined : { ...counts, total };
};

/** Lines of the Test Anything Protocol, and at last the plain words of a home-made runner. */
const tap: Reader = (output) => {
  const lines = [...output.matchAll(/^(not )?ok \d+\b(.*)$/gm)];
  if (lines.length === 0) return undefined;
  const skipped = lines.filter((line) => /#\s*(?:SKIP|TODO)/i.test(line[2] ?? '')).length;
  const failed = lines.filter(
    (line) => line[1] !== undefined && !/#\s*(?:SKIP|TODO)/i.test(line[2] ?? ''),
  ).length;
  return { total: lines.length, failed, skipped, passed: lines.length - failed - skipped };
};

const plain: Reader = (output) => {
  const passed = numberAfter(output, /\b(\d+) (?:tests? )?pass(?:ed|ing)?\b/gi);
  const failed = numberAfter(output, /\b(\d+) (?:tests? )?fail(?:ed|ing|ures?)?\b/gi);
  if (passed === undefined && failed === undefined) return undefined;
  return { total: (passed ?? 0) + (failed ?? 0), passed: passed ?? 0, failed: failed ?? 0, skipped: 0 };
};

const readers: readonly Reader[] = [nodeTest, jestLike, mocha, python, cargo, go, tap, plain];

/**
 * What a test command printed, as numbers. The exit code has the last word: a runner of unknown habits counts as one test
 * that passed or failed, and a failed run never counts as one without failures.
 */
export function readTestOutput(output: string, exitCode: number): TestCounts {
  const text = output.replaceAll(/\u001B\[[\d;]*m/g, '');
  const counts = readers.reduce<TestCounts | undefined>((found, read) => found ?? read(text), undefined);
  if (!counts)
    return exitCode === 0
      ? { total: 1, passed: 1, failed: 0, skipped: 0 }
      : { total: 1, passed: 0, failed: 1, skipped: 0 };
  if (exitCode === 0 || counts.failed > 0) return counts;
  return { ...counts, failed: 1, total: counts.total + 1 };
}
