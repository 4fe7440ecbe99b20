import type { RequestResource, StepResource, WorkflowResource } from '@ymera/contracts';
import { createColors } from 'picocolors';
import { findingLines } from './evidence';
import { nextStep, whoseFault } from './fault';

const plain = createColors(false);

/** Why a request ended without its goal: the error, and the failed steps with their findings. */
export function unfinishedLines(request: RequestResource, workflow: WorkflowResource | null): string[] {
  const error = request.error ?? workflow?.error ?? null;
  const steps = (workflow?.steps ?? []).filter(({ state, error }) => state === 'failed' || error !== null);
  const lines =
    error === null
      ? []
      : [
          `${error.code}: ${error.message}`,
          `At fault: ${whoseFault(error)}`,
          `Next step: ${nextStep(error)}`,
        ];
  for (const step of steps) lines.push(...stepLines(step));
  const found = workflow?.result.verdict?.findings ?? [];
  if (steps.every(({ findings }) => findings.length === 0)) lines.push(...findingLines(found, plain));
  return lines;
}

function stepLines({ name, agent_id, error, reasons, findings }: StepResource): string[] {
  const why = error === null ? (reasons.at(-1) ?? 'failed') : `${error.code}: ${error.message}`;
  return [`${name}${agent_id === null ? '' : ` by ${agent_id}`}: ${why}`, ...findingLines(findings, plain)];
}
