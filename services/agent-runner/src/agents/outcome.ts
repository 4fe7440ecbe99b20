import type { TaskResult } from '@ymera/agent-sdk';
import { failure, type Failure } from '@ymera/kernel';
import type { SandboxOutcome } from '../sandbox/sandbox';
import { boundedFindings } from './bounded-findings';

/** What an agent adds to the end of an attempt. */
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

/**
 * The end of an attempt whose signal was aborted: past its deadline it has failed, for any other reason it was called
 * back.
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

const toWire = ({ code, message, retryable, suggestion }: Failure) => ({
  code,
  message: message.slice(0, 4000),
  retryable,
  ...(suggestion === undefined ? {} : { suggestion }),
});

/** Why a command's run counts as failed; undefined when it ended well. */
export function commandFailure(outcome: SandboxOutcome): Failure | undefined {
  switch (outcome.end) {
    case 'exited':
      return outcome.exitCode === 0 ? undefined : exitFailure(outcome);
    case 'timed_out':
      return failure(
        'timeout',
        'agent_failed',
        `The command was still running after ${Math.round(outcome.durationMs / 1000)} s and was ended.${lastWords(outcome)}`,
        {
          retryable: false,
          suggestion: 'Make sure that it ends by itself, and that it does not wait for input.',
        },
      );
    case 'memory_exceeded':
      return failure(
        'validation',
        'agent_failed',
        `The command used ${Math.round(outcome.peakRssMb)} MiB of memory and was ended.`,
      );
    case 'could_not_start':
      return failure(
        'unavailable',
        'agent_failed',
        `The command could not be started: ${outcome.reason ?? 'no reason is known'}`,
        { retryable: true },
      );
    case 'canceled':
      return failure('validation', 'canceled', 'The command was canceled.');
  }
}

function exitFailure(outcome: SandboxOutcome): Failure {
  const isMissing = outcome.exitCode === 127 || outcome.exitCode === 126;
  const what = isMissing ? 'The command could not be started' : 'The command failed';
  return failure(
    'validation',
    'agent_failed',
    `${what} (exit code ${outcome.exitCode}).${lastWords(outcome)}`,
    {
      suggestion: isMissing
        ? 'Give the full path of the program; the sandbox’s PATH holds the system’s folders and node only.'
        : 'Run it by hand in a clone of the repository with the task on its standard input.',
    },
  );
}

/** The end of what the command complained, which is where programs say why. */
function lastWords(outcome: SandboxOutcome): string {
  const lines = (outcome.stderr.trim() || outcome.stdout.trim()).split('\n').slice(-10);
  const text = lines.join('\n').slice(-1500);
  return text === '' ? '' : `\n${text}`;
}
