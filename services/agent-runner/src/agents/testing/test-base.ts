import type { TaskResult } from '@ymera/agent-sdk';
import type { TestSummary } from '@ymera/contracts';
import type { Failure, Result } from '@ymera/kernel';
import { err, ok } from '@ymera/kernel';
import { manifestFindings } from '../../workspace/dependencies/install-problem';
import { completed, failed, failedBy } from '../outcome';
import { baseFailure, watchFailure } from './base-failure';
import { knownNames } from './known-names';
import type { OpenedProject, RepeatedOutcome, TestAttempt } from './test-attempt';
import { baseFindings } from './test-findings';
import { isGreen, type TestOutcome } from './test-outcome';

/** Tests the base of a project. */
export async function testBase(attempt: TestAttempt): Promise<TaskResult> {
  attempt.context.progress(0.05, 'preparing the working copy');
  const opened = await attempt.open(attempt.task.base);
  if (!opened.ok) return notPrepared(attempt, opened.error);
  attempt.context.progress(0.2, 'running the tests of the base');
  const ran = await outcomeOfBase(attempt, opened.value, { isReused: true });
  if (!ran.ok) return failed(ran.error, attempt.toolMs);
  const { outcome, flaky } = ran.value;
  const tests = summaryOf(attempt, opened.value, outcome, flaky);
  return completed({ tests, findings: [...baseFindings(outcome, flaky)] }, attempt.toolMs);
}

/** Manifests with unavailable packages are the project's own fault when no change has touched them. */
const notPrepared = ({ toolMs }: TestAttempt, error: Failure): TaskResult =>
  manifestFindings(error).length > 0 ? failedBy('project', error, toolMs) : failed(error, toolMs);

/**
 * The test outcome of the base: stored from an earlier run where it passed, otherwise from a new run. A base whose tests
 * cannot run at all is a failure, which no change can fix.
 */
export async function outcomeOfBase(
  attempt: TestAttempt,
  project: OpenedProject,
  { isReused }: { readonly isReused: boolean },
): Promise<Result<RepeatedOutcome, Failure>> {
  if (project.watching !== undefined) return err(watchFailure(project.watching));
  const key = attempt.baseKey(project);
  const kept = isReused ? await attempt.bases.find(key) : undefined;
  if (kept && isGreen(kept)) {
    attempt.context.log('The tests of this base have passed before.\n');
    return ok({ outcome: kept, flaky: kept.flaky.length });
  }
  const ran = await attempt.runRepeated(project);
  if (attempt.context.signal.aborted) return ok(ran);
  const error = baseFailure({
    command: attempt.declared,
    outcome: ran.outcome,
    parts: project.parts,
    asked: attempt.task.input,
    ...(await knownNames(project.workspace)),
  });
  if (error) return err(error);
  await attempt.bases.keep(key, ran.outcome);
  return ok(ran);
}

export function summaryOf(
  attempt: TestAttempt,
  { workspace }: OpenedProject,
  outcome: TestOutcome,
  flaky: number,
): TestSummary {
  return {
    tree: workspace.tree,
    command: attempt.declared,
    ...outcome.counts,
    flaky,
    duration_ms: outcome.durationMs,
    exit_code: outcome.exitCode,
  };
}
