import {
  waiverOf,
  type BeforeAfter,
  type Finding,
  type Intent,
  type TestSummary,
  type Verdict,
  type Waiver,
  failedTestsText,
  hasPassed,
} from '@ymera/contracts';
import type { ClockDoubt } from '../../tools/outside-clock';
import { compare } from '../../tools/statistics';
import { boundedFindings } from '../bounded-findings';
import type { ExaminationPolicy } from './examination-policy';
import { ofExactRevert, type RevertEvidence } from './revert-evidence';

/** The inputs of a verdict. */
export interface ExaminationFacts {
  readonly intent: Intent;
  readonly base: string;
  readonly commit: string;
  readonly tree: string;
  readonly tests: TestSummary | undefined;
  /** Failures on the base that earlier steps found. */
  readonly onBase?: readonly Finding[];
  /** New findings of the static analysis and of test integrity. */
  readonly findings: readonly Finding[];
  readonly beforeAfter: BeforeAfter | undefined;
  /** The benchmark's own figures, not observed from outside. */
  readonly clockDoubt?: ClockDoubt | undefined;
  /** The file of the benchmark, where its command names one. */
  readonly benchmarkFile?: string | undefined;
  readonly minSpeedup: number | undefined;
  /** Findings that a person has accepted for this change, from the task; an agent cannot set it. */
  readonly waivers?: readonly Waiver[] | undefined;
  /** Set when the change is to revert another one. */
  readonly revert?: RevertEvidence | undefined;
}

const maxEvidence = 2_000;

/** Approves when there is no reason against it; each reason is a sentence with its finding. */
export function giveVerdict(facts: ExaminationFacts, policy: ExaminationPolicy): Verdict {
  const measured = [
    ...timeFindings(facts, policy),
    ...clockFindings(facts, policy),
    ...memoryFindings(facts, policy),
  ].map((finding) =>
    facts.benchmarkFile === undefined ? finding : { ...finding, file: facts.benchmarkFile },
  );
  // Whether tests ran and passed is a fact; every other finding is a judgement, which a person may overrule.
  const judged = [...ofExactRevert(measured, facts.revert), ...facts.findings].map((finding) =>
    withWaivable(finding, policy),
  );
  const findings = [...testFindings(facts), ...judged];
  const open: string[] = [];
  const accepted: string[] = [];
  for (const finding of findings.filter(({ severity }) => policy.blocking.includes(severity))) {
    const waiver = waiverOf(finding, facts.waivers ?? [], facts.tree);
    if (waiver && finding.waivable === true && finding.severity !== 'critical')
      accepted.push(acceptedReason(waiver, finding));
    else open.push(reason(finding));
  }
  const reasons = [...open, ...accepted];
  return {
    approved: open.length === 0,
    base: facts.base,
    commit: facts.commit,
    tree: facts.tree,
    policy_version: policy.version,
    reasons: reasons.slice(0, 100),
    findings: boundedFindings(findings),
    ...(facts.beforeAfter ? { before_after: facts.beforeAfter } : {}),
  };
}

/** Marks findings that block the change until a person accepts them. */
function withWaivable(finding: Finding, { blocking, waivable }: ExaminationPolicy): Finding {
  const { severity } = finding;
  if (severity === 'critical' || !blocking.includes(severity) || !waivable.includes(severity)) return finding;
  return { ...finding, waivable: true };
}

function testFindings({ tests, tree, onBase = [] }: ExaminationFacts): readonly Finding[] {
  const finding = (
    code: string,
    message: string,
    suggestion = 'Run the tests on exactly this change first.',
  ): readonly Finding[] => [{ code, severity: 'high', message, suggestion }];
  if (!tests) return finding('tests_missing', 'The tests have not run on this change.');
  if (tests.tree !== tree)
    return finding('tests_of_another_tree', `The tests ran on tree ${tests.tree}, the change is ${tree}.`);
  if (!hasPassed(tests)) return finding('tests_failed', `${failedTestsText(tests)}.`);
  if (tests.total === 0) return finding('tests_empty', 'The test command ran no tests.');
  if (tests.passed === 0 && tests.failed_on_base !== undefined)
    return finding(
      'tests_failed',
      `No test passes: ${tests.failed_on_base} fail on the base as well, so nothing shows that the change works.`,
      'Let at least one test pass: fix what the failing tests show, or add a test for the request.',
    );
  if (tests.passed === 0) return finding('tests_empty', `None of ${tests.total} tests passed.`);
  return failedOnBase(tests, onBase);
}

/** For the approver: a defect of the base stays. */
function failedOnBase(
  { failed_on_base: count }: TestSummary,
  onBase: readonly Finding[],
): readonly Finding[] {
  if (count === undefined) return [];
  const known = new Map(onBase.map((finding) => [JSON.stringify([finding.message, finding.file]), finding]));
  if (known.size > 0) return [...known.values()];
  return [
    {
      code: 'test_failed_on_base',
      severity: 'medium',
      message: `${count} test(s) fail on the base as well, without this change.`,
      suggestion: 'Fix them in a separate request.',
    },
  ];
}

function timeFindings(facts: ExaminationFacts, policy: ExaminationPolicy): readonly Finding[] {
  const { beforeAfter, intent, minSpeedup } = facts;
  if (!beforeAfter) return [];
  const measured = `${beforeAfter.before_median_ms} ms before, ${beforeAfter.after_median_ms} ms after (median of ${beforeAfter.runs} interleaved runs)`;
  const evidence =
    `before, ms: ${beforeAfter.before_ms.join(' ')}\nafter, ms: ${beforeAfter.after_ms.join(' ')}`.slice(
      0,
      maxEvidence,
    );
  if (intent === 'ENHANCE' && minSpeedup !== undefined && beforeAfter.speedup < minSpeedup)
    return [
      {
        code: 'speedup_too_small',
        severity: 'high',
        message: `Sped up ${beforeAfter.speedup.toFixed(2)} times, the project asks for ${minSpeedup}: ${measured}.`,
        evidence,
        suggestion: 'Look for the part that takes the time; a profile says more than a guess.',
      },
    ];
  const isSlower =
    compare(beforeAfter.before_ms, beforeAfter.after_ms) === 'slower' &&
    beforeAfter.after_median_ms > beforeAfter.before_median_ms * policy.maximumSlowdown;
  // A benchmark that was extended at request takes longer than before. Without a request, its change blocks by itself.
  const measuresMore = facts.findings.some(
    ({ code, severity }) => code === 'benchmark_changed' && severity === 'medium',
  );
  return isSlower
    ? [
        {
          code: 'performance_regression',
          severity: measuresMore ? 'medium' : 'high',
          message: `The benchmark became slower: ${measured}.`,
          evidence,
          suggestion: 'Find the work that is done more often than before.',
        },
      ]
    : [];
}

function clockFindings(
  { beforeAfter, clockDoubt }: ExaminationFacts,
  policy: ExaminationPolicy,
): readonly Finding[] {
  if (!beforeAfter || !clockDoubt) return [];
  const { claimedMs, outsideMs } = clockDoubt;
  const seen = outsideMs > 0 ? `was ${outsideMs} ms shorter` : 'was not shorter';
  return [
    {
      code: 'speedup_not_borne_out',
      severity: policy.speedupNotBorneOut,
      message: `The benchmark says that it took ${claimedMs} ms less, but by the clock outside of it its run ${seen} (median of ${beforeAfter.runs} interleaved runs).`,
      suggestion:
        'Check whether the change manipulates the clock (performance.now, Date.now, process.hrtime), or moves work outside of the measured code. A benchmark that repeats itself for a fixed time looks like this too.',
    },
  ];
}

function memoryFindings({ beforeAfter }: ExaminationFacts, policy: ExaminationPolicy): readonly Finding[] {
  if (!beforeAfter) return [];
  const findings: Finding[] = [];
  const [before, after] = [beforeAfter.before_peak_mb ?? 0, beforeAfter.after_peak_mb ?? 0];
  if (after > before * policy.maximumMemoryGrowth && after > before + policy.ignoredMemoryMb)
    findings.push({
      code: 'memory_growth',
      severity: 'medium',
      message: `The benchmark needs ${Math.round(after)} MiB at its peak, ${Math.round(before)} MiB before.`,
      suggestion: 'Keep only what is needed until it is needed.',
    });
  const [kept, keeps] = [beforeAfter.before_retained_bytes ?? 0, beforeAfter.after_retained_bytes ?? 0];
  if (keeps > kept * policy.maximumRetainedGrowth && keeps > kept + policy.ignoredRetainedBytes)
    findings.push({
      code: 'memory_retained',
      severity: 'high',
      message: `${keeps} bytes stay in memory after each operation, ${kept} before (median of ${beforeAfter.runs} interleaved runs).`,
      suggestion: 'Find references to finished objects: listeners, timers, caches without a bound.',
    });
  return findings;
}

const acceptedReason = (waiver: Waiver, finding: Finding): string =>
  `accepted by ${waiver.accepted_by}: ${waiver.reason} [${reason(finding)}]`.slice(0, 1000);

function reason(finding: Finding): string {
  const place =
    finding.file === undefined
      ? ''
      : `${finding.file}${finding.line === undefined ? '' : `:${finding.line}`}: `;
  return `${place}${finding.message} (${finding.code})`.slice(0, 1000);
}
