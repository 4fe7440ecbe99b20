import type { Finding, Intent } from '@ymera/contracts';

/** A file that the change touches, as it was and as it is; null where it was not or is no more. */
export interface ChangedFile {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
  /** One of the sides is larger than what is looked into: its text is empty, and says nothing. */
  readonly isTooLarge?: true;
}

const testFile =
  /(?:^|\/)(?:tests?|__tests__|specs?|e2e)\/.*\.[^/]+$|[._-](?:test|spec)s?\.[^/]+$|(?:^|\/)test_[^/]+\.py$|(?:^|\/)[^/]+_test\.(?:py|go)$|(?:^|\/)test\.[^/]+$/;
const benchmarkFile =
  /(?:^|\/)(?:bench|benchmarks?)\/.*\.[^/]+$|[._-]bench(?:mark)?\.[^/]+$|(?:^|\/)bench(?:mark)?\.[^/]+$/;
const setupFile =
  /(?:^|\/)(?:(?:jest|vitest|vite|karma|ava|playwright|cypress|babel)\.config\.[^/]+|\.mocharc(?:\.[^/]+)?|\.nycrc|pytest\.ini|tox\.ini|conftest\.py|ymera\.json|Makefile|GNUmakefile|makefile)$/;
const snapshotFile = /\.snap$|(?:^|\/)__snapshots__\//;

export const isTestFile = (path: string): boolean => testFile.test(path) && !snapshotFile.test(path);
const isBenchmarkFile = (path: string): boolean => benchmarkFile.test(path);

/** Whether a file has a say in whether the product is right: tests, what they are set up with, and benchmarks. */
export const isJudging = (path: string): boolean =>
  [testFile, snapshotFile, benchmarkFile, setupFile].some((pattern) => pattern.test(path));

const skipped =
  /\b(?:it|test|describe|suite|context|t|specify)\.(?:skip|only|todo|fixme|skipIf|runIf)\b|\b(?:xit|xtest|xdescribe|xcontext|fit|fdescribe|pending)\s*\(|\bskip\s*:\s*(?!false)|\btodo\s*:\s*(?!false)|\bonly\s*:\s*true|@(?:pytest\.mark\.(?:skip|skipif|xfail)|unittest\.skip\w*|Disabled|Ignore)\b|\bpytest\.skip\(|\bself\.skipTest\(|\bt\.Skip(?:f|Now)?\(|#\[ignore/g;
const assertion =
  /\b(?:assert(?:\.\w+)*|expect|should(?:\.\w+)*|self\.assert\w+|assert_\w+!?|t\.(?:Error|Errorf|Fatal|Fatalf|is|deepEqual|true|equal|ok|same|throws)|require\.\w+)\s*!?\(|^\s*assert\s/gm;
const testCase =
  /\b(?:it|test|specify)(?:\.\w+)?\s*\(|\bdef test_\w+|\bfunc Test\w+|#\[(?:tokio::)?test\]|@Test\b/g;
const vacuous =
  /\bassert(?:\.ok)?\s*\(\s*(?:true|1|!0)\s*[,)]|\bassert(?:\.\w+)?\s*\(\s*(\d+|true|false|'[^']*'|"[^"]*")\s*,\s*\1\s*[,)]|\bexpect\s*\(\s*(true|\d+|'[^']*'|"[^"]*")\s*\)\s*\.to(?:Be|Equal|StrictEqual)\s*\(\s*\2\s*\)|^\s*assert True\b/gm;

/** Keys of package.json that decide what "the tests pass" means. */
const decidingKeys = ['jest', 'mocha', 'ava', 'vitest', 'c8', 'nyc', 'tap', 'type', 'exports', 'imports'];

/**
 * Ways in which a change may pass by changing what judges it. None of them proves bad faith; each must be seen by a person
 * before it lands, so each stops the change.
 */
export function testIntegrity(files: readonly ChangedFile[], intent: Intent): Finding[] {
  const all = files.flatMap((file) => [
    ...lostTests(file, files),
    ...weakenedTests(file, intent),
    ...changedSetup(file, intent),
  ]);
  return all.map((finding) => ({
    ...finding,
    suggestion: finding.suggestion ?? 'Leave the tests as they are, and change the product.',
  }));
}

function lostTests(
  { path, before, after, isTooLarge }: ChangedFile,
  files: readonly ChangedFile[],
): Finding[] {
  if (!isTestFile(path) || before === null || after !== null) return [];
  const hasMoved =
    !isTooLarge &&
    files.some((file) => file.before === null && file.after === before && isTestFile(file.path));
  return hasMoved
    ? []
    : [
        {
          code: 'test_deleted',
          severity: 'high',
          message: 'A file of tests was deleted.',
          file: path,
          line: newLine('', withoutComments(before), testCase) ?? 1,
          evidence: quoted(before, testCase),
        },
      ];
}

function weakenedTests({ path, before, after, isTooLarge }: ChangedFile, intent: Intent): Finding[] {
  if (!isTestFile(path) || after === null || isTooLarge) return [];
  const findings: Finding[] = [];
  const add = (code: string, message: string, line?: number, evidence?: string) =>
    findings.push({
      code,
      severity: 'high',
      message,
      file: path,
      ...(line === undefined ? {} : { line }),
      ...(evidence ? { evidence } : {}),
    });
  /** What is no more has its line where it was. */
  const addLost = (code: string, message: string, pattern: RegExp) =>
    add(code, message, newLine(now, old, pattern), lost(old, now, pattern).join('\n').slice(0, 2000));
  const [old, now] = [withoutComments(before ?? ''), withoutComments(after)];
  const count = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].length;

  if (count(now, skipped) > count(old, skipped))
    add('test_skipped', 'Tests are skipped, or others by an "only".', newLine(old, now, skipped));
  if (count(now, vacuous) > count(old, vacuous))
    add('vacuous_assertion', 'An assertion is true whatever the product does.', newLine(old, now, vacuous));
  if (before === null) return findings;
  if (count(now, testCase) < count(old, testCase))
    addLost(
      'tests_removed',
      `${count(old, testCase) - count(now, testCase)} test(s) were removed.`,
      testCase,
    );
  if (count(now, assertion) < count(old, assertion))
    addLost(
      'assertions_removed',
      `${count(old, assertion) - count(now, assertion)} assertion(s) were removed.`,
      assertion,
    );
  else if (intent === 'ENHANCE' && lost(old, now, assertion).length > 0) {
    addLost(
      'assertion_changed',
      'What a test expects was changed, by a change that must not alter behaviour.',
      assertion,
    );
  }
  return findings;
}

function changedSetup({ path, before, after }: ChangedFile, intent: Intent): Finding[] {
  const finding = (code: string, message: string, severity: Finding['severity'] = 'high'): Finding => ({
    code,
    severity,
    message,
    file: path,
  });
  if (isBenchmarkFile(path) && before !== null) {
    return [
      finding(
        'benchmark_changed',
        'The benchmark that measures the change was changed.',
        intent === 'ENHANCE' ? 'high' : 'medium',
      ),
    ];
  }
  if (snapshotFile.test(path) && before !== null)
    return [
      finding(
        'snapshot_changed',
        'A stored expectation was rewritten.',
        intent === 'ENHANCE' ? 'high' : 'medium',
      ),
    ];
  if (setupFile.test(path)) return [finding('test_setup_changed', 'The set-up of the tests was changed.')];
  if (/(?:^|\/)package\.json$/.test(path) && before !== null && after !== null) {
    const changed = changedKeys(before, after);
    if (changed.length > 0) {
      const found = finding('test_setup_changed', `What the tests run was changed: ${changed.join(', ')}.`);
      const key = JSON.stringify(changed[0]?.replace(/^scripts\./, ''));
      const line = after.split('\n').findIndex((text) => text.trimStart().startsWith(key)) + 1;
      return [line > 0 ? { ...found, line } : found];
    }
  }
  return [];
}

function changedKeys(before: string, after: string): readonly string[] {
  const [old, now] = [parse(before), parse(after)];
  if (!old || !now) return ['package.json cannot be read'];
  const scripts = (text: Record<string, unknown>) =>
    typeof text['scripts'] === 'object' && text['scripts'] !== null
      ? (text['scripts'] as Record<string, unknown>)
      : {};
  const names = decidingScripts([scripts(old), scripts(now)]);
  const differs = (one: unknown, other: unknown) => JSON.stringify(one) !== JSON.stringify(other);
  return [
    ...[...names]
      .filter((name) => differs(scripts(old)[name], scripts(now)[name]))
      .map((name) => `scripts.${name}`),
    ...decidingKeys.filter((key) => differs(old[key], now[key])),
  ];
}

/**
 * Scripts that tests and benchmarks run, and those that these name in turn. A word that only happens to be a script's name
 * counts as well: better seen by a person once too often.
 */
function decidingScripts(sides: readonly Readonly<Record<string, unknown>>[]): ReadonlySet<string> {
  const all = new Set(sides.flatMap((scripts) => Object.keys(scripts)));
  const deciding = new Set([...all].filter((name) => /^(?:pre|post)?(?:test|bench)/.test(name)));
  // What is added while we go through it is gone through as well.
  for (const name of deciding) {
    const bodies = sides.map((scripts) => scripts[name]).filter((body) => typeof body === 'string');
    const named = bodies.flatMap((body) => body.match(/[\w:.-]+/g) ?? []);
    for (const other of named.flatMap((word) => [word, `pre${word}`, `post${word}`]))
      if (all.has(other)) deciding.add(other);
  }
  return deciding;
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** A test that is commented out is a test that was removed. */
const withoutComments = (text: string): string =>
  text
    .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ' '))
    .replaceAll(/(^|\s)(?:\/\/|#(?!\[)).*$/gm, '$1');

/** Lines with a match that were there and are there no more. */
function lost(old: string, now: string, pattern: RegExp): readonly string[] {
  const left = matchingLines(now, pattern);
  return matchingLines(old, pattern).filter((line) => {
    const place = left.indexOf(line);
    if (place < 0) return true;
    left.splice(place, 1);
    return false;
  });
}

const quoted = (text: string, pattern: RegExp): string =>
  matchingLines(text, pattern).join('\n').slice(0, 2000);

const matchingLines = (text: string, pattern: RegExp): string[] =>
  text
    .split('\n')
    .filter((line) => new RegExp(pattern.source, pattern.flags.replace('g', '')).test(line))
    .map((line) => line.trim());

function newLine(old: string, now: string, pattern: RegExp): number | undefined {
  const known = new Set(matchingLines(old, pattern));
  const index = now
    .split('\n')
    .findIndex(
      (line) =>
        new RegExp(pattern.source, pattern.flags.replace('g', '')).test(line) && !known.has(line.trim()),
    );
  return index < 0 ? undefined : index + 1;
}
