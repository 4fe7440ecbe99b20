import {
  findingDigest,
  verdict as verdictContract,
  type BeforeAfter,
  type Finding,
  type Waiver,
} from '@ymera/contracts';
import { defaultPolicy } from './examination-policy';
import { newFindings } from './new-findings';
import { giveVerdict, type ExaminationFacts } from './verdict';

const oid = (digit: string) => digit.repeat(40);
const measured = (
  before: number,
  after: number,
  peaks: readonly [number, number] = [60, 60],
): BeforeAfter => ({
  name: 'x',
  runs: 10,
  before_ms: Array.from({ length: 10 }, () => before),
  after_ms: Array.from({ length: 10 }, () => after),
  before_median_ms: before,
  after_median_ms: after,
  speedup: before / after,
  before_peak_mb: peaks[0],
  after_peak_mb: peaks[1],
  interleaved: true,
});
const facts: ExaminationFacts = {
  intent: 'ENHANCE',
  base: oid('a'),
  commit: oid('b'),
  tree: oid('c'),
  tests: {
    tree: oid('c'),
    command: 'npm test',
    total: 3,
    passed: 3,
    failed: 0,
    skipped: 0,
    flaky: 0,
    duration_ms: 1,
    exit_code: 0,
  },
  findings: [],
  beforeAfter: undefined,
  minSpeedup: 1.5,
};
const judge = (given: Partial<ExaminationFacts>) => {
  const verdict = giveVerdict({ ...facts, ...given }, defaultPolicy);
  expect(verdictContract.parse(verdict)).toEqual(verdict);
  return { approved: verdict.approved, codes: verdict.findings.map(({ code }) => code) };
};

describe('a verdict', () => {
  it('binds base, commit, tree and policy', () => {
    expect(giveVerdict(facts, defaultPolicy)).toMatchObject({
      approved: true,
      base: oid('a'),
      commit: oid('b'),
      tree: oid('c'),
      policy_version: defaultPolicy.version,
    });
  });

  it('approves a change whose failing tests all fail on the base as well, and reports that', () => {
    const tests = {
      ...facts.tests,
      tree: oid('c'),
      command: 'npm test',
      total: 3,
      skipped: 0,
      flaky: 0,
      duration_ms: 1,
    };
    const red = { ...tests, passed: 2, failed: 0, failed_on_base: 1, exit_code: 1 };
    expect(judge({ tests: red })).toEqual({ approved: true, codes: ['test_failed_on_base'] });
    expect(judge({ tests: { ...red, failed: 1 } })).toEqual({ approved: false, codes: ['tests_failed'] });
    expect(judge({ tests: { ...red, passed: 0 } })).toEqual({ approved: false, codes: ['tests_failed'] });
    const seen = {
      code: 'test_failed_on_base',
      severity: 'medium' as const,
      message: 'old: 1 !== 2.',
      file: 'a.js',
    };
    expect(giveVerdict({ ...facts, tests: red, onBase: [seen, seen] }, defaultPolicy).findings).toEqual([
      seen,
    ]);
  });

  it.each<[title: string, given: Partial<ExaminationFacts>, approved: boolean, codes: readonly string[]]>([
    ['fast enough', { beforeAfter: measured(30, 10) }, true, []],
    ['not fast enough', { beforeAfter: measured(14, 10) }, false, ['speedup_too_small']],
    [
      'slower, where nothing is asked',
      { beforeAfter: measured(10, 14), minSpeedup: undefined },
      false,
      ['performance_regression'],
    ],
    [
      'slower, though no enhancement',
      { beforeAfter: measured(10, 14), intent: 'FEATURE' },
      false,
      ['performance_regression'],
    ],
    [
      'slower by a benchmark that was extended at request',
      {
        beforeAfter: measured(10, 14),
        minSpeedup: undefined,
        findings: [{ code: 'benchmark_changed', severity: 'medium', message: 'The benchmark was changed.' }],
      },
      true,
      ['performance_regression', 'benchmark_changed'],
    ],
    ['as fast as before, and no enhancement', { beforeAfter: measured(10, 10), intent: 'FEATURE' }, true, []],
    [
      'a little slower, within what is allowed',
      { beforeAfter: measured(10, 10.8), intent: 'FEATURE' },
      true,
      [],
    ],
    [
      'faster by the clock of the benchmark only',
      { beforeAfter: measured(30, 10), clockDoubt: { claimedMs: 100, outsideMs: -3 } },
      true,
      ['speedup_not_borne_out'],
    ],
    ['hungrier for memory', { beforeAfter: measured(30, 10, [60, 200]) }, true, ['memory_growth']],
    ['hungrier, but by little', { beforeAfter: measured(30, 10, [10, 30]) }, true, []],
    [
      'that leaves more behind',
      {
        intent: 'DEBUG',
        beforeAfter: { ...measured(10, 10), before_retained_bytes: 10, after_retained_bytes: 400 },
      },
      false,
      ['memory_retained'],
    ],
    [
      'that leaves less behind',
      {
        intent: 'DEBUG',
        beforeAfter: { ...measured(10, 10), before_retained_bytes: 400, after_retained_bytes: 0 },
      },
      true,
      [],
    ],
    ['with a grave finding', { findings: [{ code: 'x', severity: 'high', message: 'x' }] }, false, ['x']],
    ['with a small finding', { findings: [{ code: 'x', severity: 'medium', message: 'x' }] }, true, ['x']],
    ['untested', { tests: undefined }, false, ['tests_missing']],
    ['on a change that is', { beforeAfter: undefined }, true, []],
  ])('%s', (_, given, approved, codes) => {
    expect(judge(given)).toEqual({ approved, codes });
  });

  it('gives a reason with its place for each blocking finding', () => {
    const finding = {
      code: 'evaluated_code',
      severity: 'high',
      message: 'Text is run as code.',
      file: 'a.js',
      line: 3,
    } as const;
    expect(giveVerdict({ ...facts, findings: [finding] }, defaultPolicy).reasons).toEqual([
      'a.js:3: Text is run as code. (evaluated_code)',
    ]);
  });
});

describe('an accepted finding', () => {
  const finding: Finding = {
    code: 'evaluated_code',
    severity: 'high',
    message: 'Text is run as code.',
    file: 'a.js',
    line: 3,
  };
  const waiver = (of: Finding, over: Partial<Waiver> = {}): Waiver => ({
    code: of.code,
    ...(of.file === undefined ? {} : { file: of.file }),
    digest: findingDigest(of),
    tree: facts.tree,
    accepted_by: 'grace',
    reason: 'The text is a constant.',
    accepted_at: '2026-01-01T00:00:00.000Z',
    ...over,
  });
  const examined = (given: Partial<ExaminationFacts>) =>
    giveVerdict({ ...facts, findings: [finding], ...given }, defaultPolicy);

  it('does not block the change, is listed, and its reason names the person and why', () => {
    expect(examined({ waivers: [waiver(finding)] })).toMatchObject({
      approved: true,
      findings: [{ ...finding, waivable: true }],
      reasons: ['accepted by grace: The text is a constant. [a.js:3: Text is run as code. (evaluated_code)]'],
    });
  });

  it('may be a measurement that differs the second time', () => {
    const first = giveVerdict({ ...facts, beforeAfter: measured(14, 10) }, defaultPolicy).findings[0];
    if (!first) throw new Error('no finding');
    expect(
      giveVerdict({ ...facts, beforeAfter: measured(15.2, 13), waivers: [waiver(first)] }, defaultPolicy),
    ).toMatchObject({ approved: true, findings: [{ code: 'speedup_too_small' }] });
  });

  it.each<[string, Partial<ExaminationFacts>]>([
    ['on another tree', { waivers: [waiver(finding, { tree: oid('d') })] }],
    ['in another line', { waivers: [waiver({ ...finding, line: 4 })] }],
    ['in another file', { waivers: [waiver({ ...finding, file: 'b.js' })] }],
    ['of another kind', { waivers: [waiver({ ...finding, code: 'other' })] }],
    [
      'though it is critical',
      { findings: [{ ...finding, severity: 'critical' }], waivers: [waiver(finding)] },
    ],
    ['beside one that was not', { findings: [finding, { ...finding, line: 9 }], waivers: [waiver(finding)] }],
    ['while the tests failed', { tests: undefined, waivers: [waiver(finding)] }],
  ])('blocks the change after %s', (_, given) => {
    expect(examined(given).approved).toBe(false);
  });

  it('cannot be a fact about tests', () => {
    const { findings } = examined({ tests: undefined });
    expect(findings.map(({ code, waivable }) => [code, waivable])).toEqual([
      ['tests_missing', undefined],
      ['evaluated_code', true],
    ]);
    const waivers = findings.map((one) => waiver(one));
    expect(examined({ tests: undefined, waivers })).toMatchObject({
      approved: false,
      reasons: [expect.stringContaining('(tests_missing)'), expect.stringMatching(/^accepted by grace/)],
    });
  });

  it.each([
    ['critical', undefined],
    ['high', true],
    ['medium', undefined],
  ] as const)('is marked as waivable before, by severity: %s', (severity, waivable) => {
    expect(examined({ findings: [{ ...finding, severity }] }).findings[0]?.waivable).toBe(waivable);
  });
});

describe('a measured finding', () => {
  it('names the file that measured and every run', () => {
    const { findings } = giveVerdict(
      { ...facts, beforeAfter: measured(14, 10), benchmarkFile: 'bench/a.mjs' },
      defaultPolicy,
    );
    expect(findings).toMatchObject([
      {
        code: 'speedup_too_small',
        file: 'bench/a.mjs',
        evidence: expect.stringMatching(/before, ms: 14 14/),
      },
    ]);
  });
});

describe('a speed-up that the outside clock does not confirm', () => {
  it.each([
    [-3, /took 100 ms less, but .* its run was not shorter/],
    [12, /took 100 ms less, but .* its run was 12 ms shorter/],
  ])('is reported with both times: %s ms', (outsideMs, message) => {
    const { findings } = giveVerdict(
      { ...facts, beforeAfter: measured(30, 10), clockDoubt: { claimedMs: 100, outsideMs } },
      defaultPolicy,
    );
    expect(findings).toMatchObject([{ severity: 'medium', message: expect.stringMatching(message) }]);
  });
});

describe('new findings', () => {
  const finding = (line: number, code = 'x') =>
    ({ code, severity: 'high', message: '', file: 'a.js', line, suggestion: '' }) as const;
  const find = (before: string, after: string, known: readonly number[], found: readonly number[]) =>
    newFindings(
      known.map((line) => finding(line)),
      found.map((line) => finding(line)),
      (side) => (side === 'before' ? before : after),
    ).map(({ line }) => line);

  it('do not include moved lines', () => {
    expect(find('bad()', '// new\n  bad()', [1], [2])).toEqual([]);
  });

  it('include repeated lines', () => {
    expect(find('bad()', 'bad()\nbad()', [1], [1, 2])).toEqual([2]);
  });

  it('include changed lines', () => {
    expect(find('bad(1)', 'bad(2)', [1], [1])).toEqual([1]);
  });
});
