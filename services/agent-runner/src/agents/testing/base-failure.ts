import { failure, type Failure } from '@ymera/kernel';
import type { CommandPart } from '../../tools/command-parts';
import { failureBeforeTests } from './before-tests';
import { missingPackageFailure, type PackageFacts } from './missing-package';
import { missingVariableFailure } from './missing-variable';
import { submoduleFailure } from './submodules';
import type { TestOutcome } from './test-outcome';

export interface BaseFacts extends PackageFacts {
  readonly command: string;
  /** The programs that the command starts. */
  readonly parts: readonly CommandPart[];
}

/** The exit codes of a shell. */
const notRunnable = 126;
const notFound = 127;

const missingProgram = /(?:^|: )([\w./@+-]+): (?:command )?not found|^(?:command not found|not found): (\S+)/;
const missingRunner =
  /No module named '?"?(pytest|unittest2|nose2?|tox|nox|behave|django|coverage|hypothesis|hatch|poetry|uv)\b/;
const missingBinary =
  /(?:Cannot find module|ENOENT)[^\n]*node_modules\/(?:\.bin\/)?((?:@[\w.-]+\/)?[\w.-]+)|could not find command "([^"]+)"|no such command: `(\w+)`/;

/**
 * The reason why a project's tests cannot run at all on the base; undefined where they can, however many of them
 * fail. A passed test proves that they can.
 */
export function baseFailure(facts: BaseFacts): Failure | undefined {
  const { command, outcome } = facts;
  switch (outcome.end) {
    case 'could_not_start':
      return failure(
        'unavailable',
        'sandbox_failed',
        `The tests could not be started: ${outcome.reason ?? 'no reason is known'}`,
      );
    case 'watching':
      return watchFailure(command);
    case 'timed_out':
      return failure(
        'validation',
        'tests_did_not_end',
        `The test command \`${command}\` did not end within ${Math.round(outcome.durationMs / 1000)} s on the base, without any change.`,
        {
          suggestion:
            'Make sure that it ends by itself and does not wait for input, or give the step more time.',
        },
      );
    case 'memory_exceeded':
    case 'disk_exceeded':
      return failure(
        'validation',
        outcome.end === 'memory_exceeded' ? 'tests_exceed_memory' : 'tests_exceed_disk',
        `The test command \`${command}\` was ended on the base, without any change: ${outcome.reason ?? 'it used too much'}.`,
        { suggestion: 'Let fewer tests run at a time, or raise the limits of the runner.' },
      );
    case 'canceled':
      return undefined;
    case 'exited':
      return outcome.exitCode === 0 ? undefined : cannotRun(facts);
  }
}

export const watchFailure = (part: string): Failure =>
  failure(
    'validation',
    'tests_did_not_end',
    `The test command watches for changes and never ends: \`${part}\`.`,
    { suggestion: 'Name a test command without watch mode: `--test CMD`, or {"test": "..."} in ymera.json.' },
  );

function cannotRun(facts: BaseFacts): Failure | undefined {
  const { command, outcome, asked } = facts;
  const { failures, counts, exitCode } = outcome;
  const unfetched = counts.passed === 0 ? submoduleFailure(outcome, asked) : undefined;
  if (unfetched) return unfetched;
  const words = [
    outcome.error?.message,
    outcome.error?.context,
    ...failures.map(({ message, evidence }) => `${message}\n${evidence}`),
  ].join('\n');
  const tool = missingTool(words, exitCode, command);
  // A word in a test's own output is no missing tool; with a missing tool nothing ran.
  if (tool !== undefined && failures.length === 0 && outcome.tools.length === 0)
    return toolFailure(tool, outcome);
  if (counts.passed > 0 || outcome.isEmpty) return undefined;
  const unreached = failureBeforeTests(outcome, facts.parts, asked);
  if (unreached) return unreached;
  const unset = missingVariableFailure(outcome, asked);
  if (unset) return unset;
  const kinds = new Set(failures.length > 0 ? failures.map(({ kind }) => kind) : [outcome.error?.kind]);
  const [kind] = kinds;
  if (kinds.size !== 1) return undefined;
  const first = failures[0]?.message ?? outcome.error?.message ?? '';
  switch (kind) {
    case 'network':
      return needs('tests_need_network', 'a network', 'Tests run without a network here.', first);
    case 'service':
      return needs(
        'tests_need_service',
        'a service such as a database',
        'Tests run without the services of this machine.',
        first,
      );
    case 'not_git':
      return needs(
        'tests_need_git',
        'a git repository',
        'Tests run on the files of a commit, without its repository.',
        first,
      );
    case 'missing_module':
      return missingPackageFailure(facts, words, first);
    default:
      return undefined;
  }
}

function missingTool(words: string, exitCode: number, command: string): string | undefined {
  const runner = missingRunner.exec(words)?.[1];
  if (runner !== undefined) return runner;
  const named = words.split('\n').flatMap((line) => {
    const found = missingProgram.exec(line) ?? missingBinary.exec(line);
    return found ? [found.slice(1).find((group) => group !== undefined) ?? ''] : [];
  })[0];
  if (named !== undefined && named !== '') return named;
  return exitCode === notFound || exitCode === notRunnable
    ? (command.trim().split(/\s+/)[0] ?? command)
    : undefined;
}

const toolFailure = (tool: string, { exitCode, error }: TestOutcome): Failure =>
  failure(
    'validation',
    'test_tool_missing',
    `The tests need ${tool}, which is not installed (exit code ${exitCode}): ${error?.message ?? 'command not found'}`.slice(
      0,
      2000,
    ),
    {
      suggestion: `Install ${tool} on this machine, add it to the project's own packages, or name another test command: \`--test CMD\`, or {"test": "..."} in ymera.json.`,
    },
  );

const needs = (code: string, what: string, why: string, first: string): Failure =>
  failure(
    'validation',
    code,
    `All tests of the project fail on the base, without any change, because they need ${what}. ${why} ${first}`.slice(
      0,
      2000,
    ),
    {
      suggestion: `Name a test command that runs without ${what}: \`--test CMD\`, or {"test": "..."} in ymera.json.`,
    },
  );
