import type { AttributedVerdict, Finding, TestSummary, Waiver } from '@ymera/contracts';
import { canonicalJson } from '@ymera/kernel';
import { ancestorsOf } from '../workflow/plan-graph';
import type { Change, Gate, Workflow, StepOutput, WorkflowStep } from '../workflow/workflow';

/** What the completed steps before a step have established. */
export interface Evidence {
  readonly change: Change | undefined;
  readonly tests: TestSummary | undefined;
  readonly verdict: AttributedVerdict | undefined;
  /** The approval of the landing gate. */
  readonly approval: (Required<Gate>['approval'] & { readonly subjectDigest: string }) | undefined;
  readonly findings: readonly Finding[];
}

/** The evidence when `stepId` begins, from completed steps that it depends on; the nearest one in the plan counts. */
export function evidenceFor(workflow: Workflow, stepId: string): Evidence {
  const { plan } = workflow.definition;
  const before = ancestorsOf(plan, stepId);
  const done = plan.steps.flatMap((planned): readonly WorkflowStep[] => {
    const step = workflow.steps[planned.step_id];
    return before.has(planned.step_id) && step?.state === 'completed' ? [step] : [];
  });
  const landingGates = new Set(
    plan.steps
      .filter((planned) => planned.kind === 'gate' && planned.gate === 'landing_approval')
      .map(({ step_id }) => step_id),
  );
  const gate = done.findLast((step) => landingGates.has(step.stepId))?.gate;
  return {
    change: last(done, ({ change }) => change),
    tests: last(done, ({ tests }) => tests),
    verdict: last(done, ({ verdict }) => verdict),
    approval: gate?.approval && { ...gate.approval, subjectDigest: gate.subjectDigest },
    findings: mergeFindings(...done.map(({ output }) => output?.findings ?? [])),
  };
}

/** The findings that a person has accepted for exactly this change. */
export const waiversFor = (
  { waivers = [] }: Pick<WorkflowStep, 'waivers'>,
  change: Change | undefined,
): readonly Waiver[] => waivers.filter(({ tree }) => tree === change?.tree);

const maxFindings = 500;
/** A message holds several lists of findings within a total of 1 MiB. */
const maxFindingsBytes = 128 * 1024;

/** In order, without duplicates, up to the maximum of a message. */
export function mergeFindings(...lists: readonly (readonly Finding[])[]): readonly Finding[] {
  const unique = new Map<string, Finding>();
  let bytes = 0;
  for (const finding of lists.flat()) {
    const key = canonicalJson(finding);
    if (unique.has(key)) continue;
    bytes += Buffer.byteLength(key);
    if (unique.size === maxFindings || bytes > maxFindingsBytes) break;
    unique.set(key, finding);
  }
  return [...unique.values()];
}

export function last<T>(
  steps: readonly WorkflowStep[],
  pick: (output: StepOutput) => T | undefined,
): T | undefined {
  return steps.map(({ output }) => output && pick(output)).findLast((found) => found !== undefined);
}
