import type { TaskResult } from '@ymera/agent-sdk';
import { failure, type Failure, ok, type Result } from '@ymera/kernel';
import type { TestSummary } from '@ymera/contracts';
import { completed, failed } from '../outcome';
import { untestableChange } from '../untestable-change';
import { watchFailure } from './base-failure';
import { compareWithBase, type Comparison } from './compare-with-base';
import type { OpenedProject, TestAttempt } from './test-attempt';
import { mayMend } from './request-scope';
import { outcomeOfBase, summaryOf } from './test-base';
import { changeFindings } from './test-findings';
import { isGreen, type TestOutcome } from './test-outcome';

/** The base must have this much time, relative to the time of the change. */
const minTimeForBase = 1.5;

/** Runs the tests of a change; when some fail, the tests of its base show which failures the change causes. */
export async function testChange(attempt: TestAttempt, commit: string): Promise<TaskResult> {
  attempt.context.progress(0.05, 'preparing the working copy');
  const opened = await attempt.open(commit);
  if (!opened.ok) return notPrepared(attempt, opened.error);
  const project = opened.value;
  if (project.watching !== undefined) return failed(watchFailure(project.watching), attempt.toolMs);
  attempt.context.progress(0.2, 'running the tests');
  const { outcome: ran, flaky } = await attempt.runRepeated(project);
  if (ran.end === 'could_not_start') return failed(notStarted(ran), attempt.toolMs);
  const passed = (): TaskResult => {
    const tests = summaryOf(attempt, project, ran, flaky);
    return completed({ tests, findings: [...changeFindings(tests, ran, undefined)] }, attempt.toolMs);
  };
  if ((isGreen(ran) && ran.exitCode === 0) || attempt.context.signal.aborted) return passed();
  const base = await baseToCompare(attempt, project, ran);
  if (!base.ok) return failed(base.error, attempt.toolMs);
  // No run passed as a whole, only each test in one of them: the change is the cause, unless the base is no better.
  if (isGreen(ran) && base.value && !isStable(base.value)) return passed();
  const outcome = isGreen(ran) ? withFlakyAsFailed(ran) : ran;
  const summary = summaryOf(attempt, project, outcome, isGreen(ran) ? 0 : flaky);
  const compared = { value: base.value ? judge(outcome, base.value) : noTime };
  const hopeless = noTestPasses(attempt, outcome, compared.value);
  if (hopeless) return failed(hopeless, attempt.toolMs);
  const settled = withoutSharedFailures(summary, outcome, compared.value);
  return completed(
    { tests: settled, findings: [...changeFindings(settled, outcome, compared.value)] },
    attempt.toolMs,
  );
}

const noTime: Comparison = {
  kind: 'not_comparable',
  why: 'no time was left to run the tests of the base',
};

/** The test outcome of the base; undefined without time to run it. */
async function baseToCompare(
  attempt: TestAttempt,
  project: OpenedProject,
  outcome: TestOutcome,
): Promise<Result<TestOutcome | undefined, Failure>> {
  const kept = await attempt.bases.find(attempt.baseKey(project));
  if (kept) return ok(kept);
  if (attempt.remainingMs < outcome.durationMs * minTimeForBase) return ok(undefined);
  attempt.context.progress(0.7, 'running the tests of the base');
  attempt.context.log('\nThe tests of the base are run, to see which failures are the change’s.\n');
  const base = await attempt.open(attempt.task.base);
  if (!base.ok) return base;
  const ran = await outcomeOfBase(attempt, base.value, { isReused: true });
  return ran.ok ? ok(ran.value.outcome) : ran;
}

const isStable = (base: TestOutcome): boolean => isGreen(base) && base.flaky.length === 0;

/** Flaky tests as failed tests. */
const withFlakyAsFailed = (outcome: TestOutcome): TestOutcome => {
  const { counts, flaky } = outcome;
  const failures = flaky.map((one) => ({ ...one, message: `${one.message} (it passes in some runs)` }));
  const passing = Math.max(0, counts.passed - flaky.length);
  return { ...outcome, failures, flaky: [], counts: { ...counts, passed: passing, failed: flaky.length } };
};

/** Undefined where the tests of the base pass: then the change causes every failure. */
function judge(outcome: TestOutcome, base: TestOutcome): Comparison | undefined {
  if (isStable(base)) return undefined;
  const compared = compareWithBase(outcome, base);
  // The exit code decides: such a project prints failures that it tolerates.
  const isHabit = outcome.exitCode === 0 && base.exitCode === 0 && compared.kind === 'not_comparable';
  return isHabit ? { kind: 'compared', ofChange: [], ofBase: [] } : compared;
}

/** Another attempt of the agent cannot help when no test passes and its request is not about the failures. */
function noTestPasses(
  attempt: TestAttempt,
  { counts }: TestOutcome,
  compared: Comparison | undefined,
): Failure | undefined {
  if (compared?.kind !== 'compared' || compared.ofChange.length > 0 || counts.passed > 0) return undefined;
  const [first] = compared.ofBase;
  if (first === undefined || mayMend(attempt.task.input, compared.ofBase)) return undefined;
  return failure(
    'validation',
    'no_test_passes',
    `No test of the project passes, on the base or with the change, so nothing can show that the change works. ${first.message}`.slice(
      0,
      2000,
    ),
    {
      suggestion:
        'Fix the tests first, in a separate request that names what fails, or name a test command that passes: `--test CMD`, or {"test": "..."} in ymera.json.',
    },
  );
}

/** A failure that the base has as well does not count as failed. */
function withoutSharedFailures(
  summary: TestSummary,
  { counts }: TestOutcome,
  compared: Comparison | undefined,
): TestSummary {
  if (compared?.kind !== 'compared') return summary;
  if (compared.ofChange.length === 0)
    return {
      ...summary,
      failed: 0,
      ...(compared.ofBase.length === 0 ? {} : { failed_on_base: counts.failed }),
    };
  const failedOnBase = Math.min(compared.ofBase.length, counts.failed - 1);
  if (failedOnBase < 1) return summary;
  return { ...summary, failed: counts.failed - failedOnBase, failed_on_base: failedOnBase };
}

/** Unavailable packages of the change's own manifests go back to its producer; other failures are not the change's fault. */
function notPrepared(attempt: TestAttempt, error: Failure): TaskResult {
  const { change } = attempt.task.input;
  const untestable = change && untestableChange(error, { tree: change.tree, command: attempt.declared });
  if (!untestable) return failed(error, attempt.toolMs);
  for (const { message } of untestable.findings) attempt.context.log(`${message}\n`);
  return completed({ ...untestable }, attempt.toolMs);
}

const notStarted = (outcome: TestOutcome): Failure =>
  failure(
    'unavailable',
    'sandbox_failed',
    `The tests could not be started: ${outcome.reason ?? 'no reason is known'}`,
  );
