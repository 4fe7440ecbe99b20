import {
  openFindings,
  waiverOf,
  type ErrorShape,
  type Finding,
  failedTestsText,
  hasPassed,
  type PayloadOf,
  type PlanStep,
  type result,
  type TestSummary,
  type Verdict,
  withFault,
} from '@ymera/contracts';
import { assertNever, truncateEnd } from '@ymera/kernel';
import { evidenceFor, mergeFindings, waiversFor } from '../step/evidence';
import type { Attempt, Proposal, Workflow, StepOutput } from '../workflow/workflow';

export type TaskResult = PayloadOf<typeof result>;
export type TaskStep = Extract<PlanStep, { kind: 'task' }>;

/**
 * The meaning of a result for its step. `rejected`: the agent did its work, and the work before it is not good enough;
 * `failed`: the agent did not do its work.
 */
export type Judgement =
  | { readonly kind: 'done'; readonly output: StepOutput }
  | { readonly kind: 'proposed'; readonly proposal: Proposal }
  | { readonly kind: 'rejected'; readonly error: ErrorShape; readonly output: StepOutput }
  | { readonly kind: 'failed'; readonly error: ErrorShape; readonly findings: readonly Finding[] }
  | { readonly kind: 'stopped' };

export function judgeResult(
  workflow: Workflow,
  step: TaskStep,
  attempt: Attempt,
  reported: TaskResult,
): Judgement {
  const findings = mergeFindings(reported.findings ?? [], reported.verdict?.findings ?? []);
  const failed = (code: string, message: string): Judgement => ({
    kind: 'failed',
    error: { code, message, retryable: false },
    findings,
  });

  if (reported.outcome === 'canceled') return { kind: 'stopped' };
  if (reported.outcome === 'rejected')
    return {
      kind: 'failed',
      error: { ...(reported.error ?? unexplained('task_rejected', attempt)), retryable: false },
      findings,
    };
  if (step.produces === 'tests' && reported.tests && !hasPassed(reported.tests)) {
    const { change } = evidenceFor(workflow, step.step_id);
    const output = { findings, tests: reported.tests };
    const judged = rejected('tests_failed', testMessage(reported.tests, findings), output);
    // Without a change, the project itself fails its tests.
    return { ...judged, error: { ...judged.error, fault: change ? 'change' : 'project' } };
  }
  if (reported.outcome === 'failed')
    return { kind: 'failed', error: reported.error ?? unexplained('agent_failed', attempt), findings };

  const beforeAfter = reported.verdict?.before_after ?? reported.before_after;
  const output: StepOutput = { findings, ...(beforeAfter ? { beforeAfter } : {}) };
  switch (step.produces) {
    case 'findings':
      return { kind: 'done', output };
    case 'change': {
      const change = reported.change ?? reported.change_artefact;
      if (!change) return failed('change_empty', `${attempt.agentId} returned no change.`);
      if (Buffer.byteLength(JSON.stringify(change)) > maxChangeBytes)
        return failed(
          'change_too_large',
          `${attempt.agentId} returned an inline change of more than ${maxChangeBytes} bytes; upload a larger one as an artefact (change_artefact).`,
        );
      return { kind: 'proposed', proposal: { change, output } };
    }
    case 'tests': {
      if (!reported.tests) return failed('result_incomplete', `${attempt.agentId} returned no test summary.`);
      const { change } = evidenceFor(workflow, step.step_id);
      if (change && change.tree !== reported.tests.tree)
        return failed('tests_mismatch', `${attempt.agentId} tested another tree than that of the change.`);
      return { kind: 'done', output: { ...output, tests: reported.tests } };
    }
    case 'verdict':
      if (!reported.verdict) return failed('result_incomplete', `${attempt.agentId} returned no verdict.`);
      return judgeVerdict(workflow, step, attempt, reported.verdict, output);
    default:
      return assertNever(step.produces);
  }
}

/** A verdict counts only for exactly the change that the task named, and never from the producer of the change. */
function judgeVerdict(
  workflow: Workflow,
  step: TaskStep,
  attempt: Attempt,
  verdict: Verdict,
  output: StepOutput,
): Judgement {
  const { change } = evidenceFor(workflow, step.step_id);
  const failed = (code: string, message: string): Judgement => ({
    kind: 'failed',
    error: { code, message, retryable: false },
    findings: output.findings,
  });
  if (!change) return failed('verdict_mismatch', 'There is no change to give a verdict about.');
  if (change.agentId === attempt.agentId)
    return failed('self_verdict', `${attempt.agentId} made this change and cannot approve it.`);
  if (verdict.base !== change.base || verdict.commit !== change.commit || verdict.tree !== change.tree)
    return failed('verdict_mismatch', `The verdict of ${attempt.agentId} is about another change.`);
  const waivers = waiversFor(workflow.steps[step.step_id] ?? {}, change);
  // The orchestrator knows which findings are accepted; the agent's own statement does not count.
  const used = waivers.filter((waiver) =>
    verdict.findings.some((finding) => waiverOf(finding, [waiver], change.tree)),
  );
  const examined: StepOutput = {
    ...output,
    verdict: {
      ...verdict,
      findings: [...mergeFindings(verdict.findings)],
      agent_id: attempt.agentId,
      ...(used.length > 0 && { waivers: used }),
    },
  };
  const isApproved = verdict.approved && openFindings(verdict.findings, waivers, change.tree).length === 0;
  return isApproved
    ? { kind: 'done', output: examined }
    : rejected('verdict_rejected', verdictMessage(verdict, output.findings), examined);
}

/** Rejections carry at least one finding, so that the next attempt knows the reason. */
function rejected(
  code: string,
  message: string,
  output: StepOutput,
): Extract<Judgement, { kind: 'rejected' }> {
  const findings: readonly Finding[] =
    output.findings.length > 0
      ? output.findings
      : [{ code, severity: 'high', message: truncateEnd(message, 2000) }];
  const error = withFault({ code, message, retryable: false });
  return { kind: 'rejected', error, output: { ...output, findings } };
}

/** The change is embedded in another message of at most 1 MiB. */
const maxChangeBytes = 1024 * 1024 - 16 * 1024;

const unexplained = (code: string, { agentId }: Attempt): ErrorShape => ({
  code,
  message: `${agentId} gave no reason.`,
  retryable: false,
});

const messageLength = 2000;

const testMessage = (tests: TestSummary, findings: readonly Finding[]): string => {
  const { failed_on_base: onBase = 0 } = tests;
  const known = onBase === 0 ? '' : `, not counting ${onBase} that fail on the base as well`;
  return sentence(`${failedTestsText(tests)}${known}`, findings.map(explain));
};

const verdictMessage = ({ approved, reasons }: Verdict, findings: readonly Finding[]): string =>
  sentence(
    approved
      ? 'The examination approved the change despite findings that stop it'
      : 'The examination rejected the change',
    [...findings.map(explain), ...reasons],
  );

const explain = ({ code, message, file, line }: Finding): string =>
  `${code}: ${message}${file ? ` (${file}${line ? `:${line}` : ''})` : ''}`;

const sentence = (what: string, why: readonly string[]): string =>
  truncateEnd(why.length === 0 ? `${what}.` : `${what}. ${why.join(' ')}`, messageLength);
