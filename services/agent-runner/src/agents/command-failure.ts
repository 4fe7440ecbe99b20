import { failure, type Failure } from '@ymera/kernel';
import type { SandboxOutcome } from '../sandbox/sandbox';
import { systemFolders } from '../sandbox/sandbox-environment';
import { telling } from '../tools/first-error';
import { asInRepository } from '../tools/repository-paths';

/** The parts of a command's run that its failure message uses. */
export interface CommandRun {
  readonly searchPath: readonly string[];
  readonly commandFolder?: string;
  readonly network: boolean;
  /** The path of the working copy inside the sandbox. */
  readonly workspacePath: string;
}

/** The exit codes of a shell. */
const notRunnable = 126;
const notFound = 127;

/** The failure of a command's run; undefined when it succeeded. */
export function commandFailure(outcome: SandboxOutcome, run: CommandRun): Failure | undefined {
  switch (outcome.end) {
    case 'exited':
      return outcome.exitCode === 0 ? undefined : exitFailure(outcome, run);
    case 'timed_out':
      return failure(
        'timeout',
        'agent_failed',
        `The command was still running after ${Math.round(outcome.durationMs / 1000)} s and was ended.${firstWords(outcome, run)}`,
        {
          retryable: false,
          suggestion: `Make sure that it ends by itself, and that it does not wait for input.${networkAdvice(outcome, run)}`,
        },
      );
    case 'memory_exceeded':
      return failure(
        'validation',
        'agent_failed',
        `The command was ended: ${outcome.reason ?? 'it used too much memory'}.`,
        { suggestion: 'Its processes count together; let fewer of them run at a time.' },
      );
    case 'disk_exceeded':
      return failure(
        'validation',
        'agent_failed',
        `The command was ended: ${outcome.reason ?? 'it filled the disk'}.`,
        {
          suggestion:
            'Let it keep less in its working copy, or raise the limit: YMERA_RUNNER_WORKSPACE_MB of the runner.',
        },
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

function exitFailure(outcome: SandboxOutcome, run: CommandRun): Failure {
  const hasNotStarted = outcome.exitCode === notFound || outcome.exitCode === notRunnable;
  const what = hasNotStarted ? 'The command could not be started' : 'The command failed';
  return failure(
    'validation',
    hasNotStarted ? 'command_missing' : 'agent_failed',
    `${what} (exit code ${outcome.exitCode}).${firstWords(outcome, run)}`,
    { suggestion: `${advice(outcome.exitCode, run)}${hasNotStarted ? '' : networkAdvice(outcome, run)}` },
  );
}

function advice(exitCode: number | null, { searchPath, commandFolder }: CommandRun): string {
  if (exitCode === notRunnable)
    return 'Make it executable (chmod +x), or name the program that runs it: "python3 agent.py".';
  if (exitCode === notFound) {
    const files = ['the working copy', ...(commandFolder === undefined ? [] : [commandFolder])].join(' and ');
    const programs = [...new Set([...searchPath, ...systemFolders])].join(', ');
    return `Give the full path of the program. Files were looked for in ${files}, programs in ${programs}.`;
  }
  return 'Run it by hand in a clone of the repository with the task on its standard input.';
}

/** Messages of programs that cannot reach a host. */
const unreachable =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|getaddrinfo|resolve (?:host|address|proxy)|name resolution|Name or service not known|no such host|Network is unreachable|connection (?:refused|error)|failed to connect|fetch failed|dial tcp/i;

/** An author whose agent calls a model over the network cannot guess that the network is closed. */
function networkAdvice({ stdout, stderr }: SandboxOutcome, { network }: CommandRun): string {
  if (network) return '';
  return unreachable.test(`${stderr}\n${stdout}`)
    ? ` It could not reach the network, which is off for it: ${networkSwitch}.`
    : ` The network is off for it; if it needs one, ${networkSwitch}.`;
}

const networkSwitch = 'the option --network opens it (of a runner of your own: YMERA_RUNNER_NETWORK=true)';

/** The first error in the command's output; without one, the end of its output. */
function firstWords(outcome: SandboxOutcome, { workspacePath }: CommandRun): string {
  const complaint = outcome.stderr.trim() || outcome.stdout.trim();
  const text = asInRepository(telling(complaint), workspacePath);
  return text === '' ? '' : `\n${text}`;
}
