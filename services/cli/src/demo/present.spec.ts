import {
  attributedVerdict,
  beforeAfter,
  type Finding,
  testSummary,
  workflowCompleted,
} from '@ymera/contracts';
import { createColors } from 'picocolors';
import type { DemoResult } from './demo-result';
import { verdictLines } from '../words/evidence';
import { presentResult } from './present';

const style = createColors(false);
const finds = (code: string, message: string): Finding => ({
  code,
  message,
  severity: 'medium',
  file: 'src/a.ts',
  line: 3,
});
const measured = beforeAfter.parse({
  name: 'visits',
  runs: 6,
  before_ms: [2],
  after_ms: [1],
  before_median_ms: 2,
  after_median_ms: 1,
  speedup: 2,
  interleaved: true,
});
const result: DemoResult = {
  request_id: workflowCompleted.sample.request_id,
  intent: 'DEBUG',
  workflow_id: null,
  state: 'completed',
  commands: {},
  steps: [],
  change: null,
  verdict: null,
  findings: [],
  tests: null,
  commit: null,
  tree: null,
  branch: null,
  repo: null,
  landed_branch: null,
  before_after: measured,
  approvals: [],
  dirty_files: [],
  trace_id: '0'.repeat(32),
  duration_ms: 1000,
  overhead_ms: 100,
};
const shown = (before_after: DemoResult['before_after']): string =>
  presentResult({ ...result, before_after }, undefined, style);

describe('result for a person', () => {
  it('contains why the clone or the branch failed', () => {
    const error = {
      code: 'land_failed',
      message: 'error: in the way',
      retryable: false,
      suggestion: 'Fetch it',
    };
    expect(presentResult({ ...result, repo: '/clone.git', error }, undefined, style)).toContain(
      '  Repository /clone.git\n  Not given  land_failed: error: in the way\n             Fetch it\n',
    );
  });

  it('contains that the interruption came too late', () => {
    const error = { code: 'interrupted', message: 'It had already landed.', retryable: false };
    expect(presentResult({ ...result, repo: '/clone.git', error }, undefined, style)).toContain(
      '  Repository /clone.git\n  Too late   interrupted: It had already landed.\n',
    );
  });

  it('contains the side at fault, the first real error, and the next step of a failure', () => {
    const error = {
      code: 'tests_need_network',
      message: 'All tests need a network.',
      retryable: false,
      fault: 'project' as const,
      suggestion: 'Name another command.',
    };
    const findings = [
      { ...finds('note', 'Low'), severity: 'low' as const, evidence: 'not this' },
      { ...finds('test_failed_on_base', 'It fails'), evidence: 'TypeError: fetch failed\n\n  at a.js:3' },
    ];
    expect(presentResult({ ...result, state: 'failed', error, findings }, undefined, style)).toBe(
      [
        '',
        '✖ failed',
        '  tests_need_network: All tests need a network.',
        '',
        '  At fault     the project: it is so without any change',
        '  Evidence     src/a.ts:3',
        '               TypeError: fetch failed',
        '                 at a.js:3',
        '  Next step    Name another command.',
        '',
      ].join('\n'),
    );
  });

  it('contains a default side at fault and suggestion for an error of an older platform', () => {
    const error = { code: 'sandbox_failed', message: 'No bubblewrap.', retryable: true };
    const words = presentResult({ ...result, state: 'failed', error }, undefined, style);
    expect(words).toContain(
      '  At fault     the machine that this runs on\n  Next step    Install what is missing',
    );
  });

  it('distinguishes tests that fail on the base from those of the change', () => {
    const tests = testSummary.parse({
      tree: 'c'.repeat(40),
      command: 'npm test',
      total: 3,
      passed: 2,
      failed: 0,
      skipped: 0,
      failed_on_base: 1,
      duration_ms: 1,
      exit_code: 1,
    });
    expect(presentResult({ ...result, tests }, undefined, style)).toContain(
      '\n  Tests      2 passed, 0 failed, 1 fail on the base as well\n',
    );
  });

  it('contains the retained memory before and after, where it was measured', () => {
    expect(shown({ ...measured, before_retained_bytes: 482, after_retained_bytes: 7 })).toContain(
      'Memory     482 bytes stayed after each operation before, 7 after',
    );
    expect(shown(measured)).not.toContain('Memory');
  });

  it('contains findings of an approving examination', () => {
    const finding = finds('fix_without_test', 'The fix has no test');
    const verdict = { approved: true, tree: '1', agent_id: 'examiner', findings: [finding] };
    const words = presentResult({ ...result, verdict }, undefined, style);
    expect(words).toContain('\n  Found      fix_without_test: The fix has no test (src/a.ts:3)\n');
    expect(presentResult({ ...result, verdict, state: 'failed' }, undefined, style)).toContain(
      '\n  fix_without_test: The fix has no test (src/a.ts:3)\n',
    );
  });

  it('contains the first findings, and the number of the others', () => {
    const findings = Array.from({ length: 7 }, (_, index) => finds(`code_${index}`, 'Look'));
    const verdict = { approved: true, tree: '1', agent_id: 'examiner', findings };
    const words = presentResult({ ...result, verdict }, undefined, style);
    expect(words).toContain('  Found      code_4: Look (src/a.ts:3)\n  Found      … 2 more findings\n');
  });

  describe('contains the findings of a review, from which nothing lands', () => {
    const review = (findings: readonly Finding[], columns?: number): string =>
      presentResult({ ...result, intent: 'REVIEW', before_after: null, findings }, undefined, style, columns);

    it('with file, line and sentence, within the width of the screen', () => {
      const long = `The list is searched for every element ${'of the list '.repeat(6)}`.trim();
      const words = review([finds('slow_lookup', long), finds('dead_code', 'Nothing calls this')], 80);
      expect(words).toContain('\n\nFound 2:\n  slow_lookup: The list is searched for every element');
      expect(words).toContain('(src/a.ts:3)\n  dead_code: Nothing calls this (src/a.ts:3)\n');
      expect(Math.max(...words.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
    });

    it('up to a limit, with a hint to the others', () => {
      const words = review(Array.from({ length: 60 }, (_, index) => finds(`code_${index}`, 'Look')));
      expect(words).toContain(
        '\n  code_49: Look (src/a.ts:3)\n  … 10 more findings\n  --json has all of them\n',
      );
    });

    it('also without findings', () => {
      expect(review([])).toContain('\n  Found      nothing\n');
      expect(presentResult(result, undefined, style)).not.toContain('Found');
    });
  });

  it('breaks between words on a narrow terminal, and does not break commands', () => {
    const landed = { commit: 'c'.repeat(40), branch: 'main', repo: `/${'long'.repeat(20)}` };
    const words = presentResult({ ...result, ...landed }, undefined, style, 60);
    expect(words).toContain(
      '\n  Speed      2.0 ms before, 1.0 ms after: 2.0 times as fast\n             (median of 6',
    );
    expect(words).toContain(
      `\n  Revert     git -C ${landed.repo} update-ref refs/heads/main cccccccccccc~1\n`,
    );
    const rows = words.split('\n').filter((line) => !line.includes(landed.repo));
    expect(Math.max(...rows.map(({ length }) => length))).toBeLessThanOrEqual(60);
  });
});

describe('text for an approver', () => {
  it('contains all findings of the examination', () => {
    const verdict = attributedVerdict.parse({
      approved: true,
      base: 'a'.repeat(40),
      commit: 'b'.repeat(40),
      tree: 'c'.repeat(40),
      policy_version: '1',
      reasons: [],
      findings: Array.from({ length: 7 }, (_, index) => finds(`code_${index}`, 'Look')),
      agent_id: 'examiner',
    });
    const tests = testSummary.parse({
      tree: 'c'.repeat(40),
      command: 'npm test',
      total: 1,
      passed: 1,
      failed: 0,
      skipped: 0,
      duration_ms: 1,
      exit_code: 0,
    });
    expect(verdictLines(verdict, tests, style)).toEqual([
      '',
      expect.stringMatching(/^Examination ✔ approved by examiner/),
      ...[0, 1, 2, 3, 4, 5, 6].map((index) => `  code_${index}: Look (src/a.ts:3)`),
      expect.stringMatching(/^Tests {7}1 passed, 0 failed/),
    ]);
  });
});
