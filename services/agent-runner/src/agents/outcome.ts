import type { TaskResult } from '@ymera/agent-sdk';
import { type Fault, withFault } from '@ymera/contracts';
import { failure, type Failure } from '@ymera/kernel';
import { boundedFindings } from './bounded-findings';

/** Additional parts of an attempt's outcome. */
export type OutcomeDetails = Omit<TaskResult, 'outcome' | 'artefacts' | 'error' | 'metrics'>;

export function completed(details: OutcomeDetails, toolMs: number): TaskResult {
  const findings = details.findings && boundedFindings(details.findings);
  return {
    ...details,
    ...(findings ? { findings } : {}),
    outcome: 'completed',
    artefacts: [],
    metrics: { tool_ms: Math.round(toolMs) },
  };
}

export function failed(error: Failure, toolMs: number, details: OutcomeDetails = {}): TaskResult {
  return { ...completed(details, toolMs), outcome: 'failed', error: toWire(error) };
}

/** The same, for a failure whose code alone does not tell whose fault it is. */
export function failedBy(fault: Fault, error: Failure, toolMs: number): TaskResult {
  return { ...completed({}, toolMs), outcome: 'failed', error: { ...toWire(error), fault } };
}

/**
 * The outcome of an attempt whose signal was aborted: past its deadline it has failed, for any other reason it was
 * canceled.
 */
export function stopped(signal: AbortSignal, toolMs: number): TaskResult {
  const reason: unknown = signal.reason;
  if (reason instanceof Error && reason.message === 'deadline') return failed(pastDeadline(), toolMs);
  return { ...completed({}, toolMs), outcome: 'canceled' };
}

const pastDeadline = () =>
  failure('timeout', 'agent_failed', 'The attempt was not finished by its deadline.', {
    retryable: false,
    suggestion: 'Give the step more time, or ask for less at once.',
  });

const toWire = ({ code, message, retryable, suggestion }: Failure) =>
  withFault({
    code,
    message: message.slice(0, 4000),
    retryable,
    ...(suggestion === undefined ? {} : { suggestion: suggestion.slice(0, 1000) }),
  });
