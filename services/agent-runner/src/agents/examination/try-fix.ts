import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { err, failure, ok, type Failure, type Result } from '@ymera/kernel';
import type { Sandbox } from '../../sandbox/sandbox';
import { commandParts } from '../../tools/command-parts';
import { Places } from '../../tools/places';
import { projectCommand } from '../../tools/project-command';
import { readTests } from '../../tools/test-reports/read-tests';
import { runsTool } from '../../tools/test-reports/zero-tests';
import type { ChangeEntry, TreeEntry } from '../../workspace/change-entries';
import type { Dependencies } from '../../workspace/dependencies/dependencies';
import type { Workspace } from '../../workspace/workspace';
import { isJudging } from '../../tools/integrity/file-roles';
import { type FixTrials, type TestTrial, withoutSurroundings } from './fix-evidence';

export interface FixTrialOptions {
  readonly sandbox: Sandbox;
  readonly dependencies: Dependencies;
  readonly signal: AbortSignal;
  /** The project's test command. */
  readonly command: string;
  /** What must have run before it. */
  readonly build?: string | undefined;
  /** What the change touches. */
  readonly entries: readonly ChangeEntry[];
  /** Files in which an expectation was changed, tests by name or not. */
  readonly expectations: ReadonlySet<string>;
  /** Of these, those that tests elsewhere judge with. */
  readonly helpers: ReadonlySet<string>;
  /** Whether tests fail on the change, and on the base as well. */
  readonly hasFailures: boolean;
  /** For one run of the tests: those of a fault may never end. */
  readonly timeoutMs: () => number;
  /** A working copy of one side, with some paths as the other side has them. */
  readonly open: (side: 'base' | 'change', replaced: readonly TreeEntry[]) => Promise<Result<Workspace>>;
}

/** What is to be known. */
export interface WantedTrials {
  /** Whether the change removes a fault that tests show. */
  readonly fix: boolean;
  /** Whether expectations were changed because the behaviour was. */
  readonly expectations: boolean;
}

/** Runs the tests of base and change on the product of the other, as far as the answer is not known yet. */
export async function tryTests(options: FixTrialOptions, wanted: WantedTrials): Promise<Result<FixTrials>> {
  const judging = options.entries.filter(({ path }) => isJudging(path) || options.expectations.has(path));
  const newTests = judging.map(({ path, newMode, newObject }) => ({
    path,
    mode: newMode,
    object: newObject,
  }));
  const oldTests = judging.map(({ path, oldMode, oldObject }) => ({
    path,
    mode: oldMode,
    object: oldObject,
  }));
  let trials: FixTrials = {};
  if (wanted.fix) {
    const before = await trial(options, 'base', []);
    if (!before.ok) return before;
    trials = { before: before.value };
    if (!before.value.hasPassed && options.hasFailures) {
      const after = await trial(options, 'change', []);
      if (!after.ok) return after;
      trials = { ...trials, after: after.value };
    }
  }
  if (judging.length === 0) return ok(trials);
  if (wanted.expectations || trials.before?.hasPassed === false) {
    const first = await trial(options, 'change', oldTests);
    // What fails once may be flaky; a change is not refused for that.
    const settled = first.ok && !first.value.hasPassed ? await trial(options, 'change', oldTests) : first;
    if (!settled.ok) return settled;
    trials = { ...trials, afterWithOldTests: settled.value };
  }
  const oldHelpers = oldTests.filter(({ path }) => options.helpers.has(path));
  if (oldHelpers.length > 0) {
    const tried = await trial(options, 'change', oldHelpers);
    if (!tried.ok) return tried;
    trials = { ...trials, afterWithOldHelpers: tried.value };
  }
  if (wanted.expectations || trials.before?.hasPassed === true || trials.after !== undefined) {
    const tried = await trial(options, 'base', newTests);
    if (!tried.ok) return tried;
    trials = { ...trials, beforeWithNewTests: tried.value };
  }
  return ok(trials);
}

/** `written`: files that have another text, in a copy that nothing has run in yet. */
export async function trial(
  options: Omit<FixTrialOptions, 'entries' | 'expectations' | 'helpers' | 'hasFailures'>,
  side: 'base' | 'change',
  replaced: readonly TreeEntry[],
  written: readonly { readonly path: string; readonly text: string }[] = [],
): Promise<Result<TestTrial, Failure>> {
  const opened = await options.open(side, replaced);
  if (!opened.ok) return opened;
  const workspace = opened.value;
  for (const { path, text } of written) await writeFile(join(workspace.copy, path), text);
  const prepared = await options.dependencies.prepare(workspace, options.signal);
  if (!prepared.ok) return prepared;
  const command = await projectCommand(options.command, workspace, options.build);
  if (!command.ok) return command;
  const outcome = await options.sandbox.run({
    ...prepared.value,
    profile: 'project',
    command: command.value,
    workspace: workspace.copy,
    timeoutMs: options.timeoutMs(),
    signal: options.signal,
  });
  // To have seen nothing is not to have seen a test fail.
  if (outcome.end === 'could_not_start')
    return err(
      failure('unavailable', 'sandbox_failed', `The tests could not be started: ${outcome.reason ?? ''}`),
    );
  const listed = await workspace.committedFiles();
  if (!listed.ok) return listed;
  const files = new Set([...listed.value, ...replaced.map(({ path }) => path)]);
  const places = new Places(files, options.sandbox.workspacePath(workspace.copy));
  const packageJson = await workspace.committedFile('package.json');
  if (!packageJson.ok) return packageJson;
  const runs = runsTool(commandParts(command.value, packageJson.value), outcome.exitCode);
  const { failures, namesAll, counts } = readTests(`${outcome.stdout}\n${outcome.stderr}`, places, [], runs);
  const hasPassed = outcome.end === 'exited' && outcome.exitCode === 0;
  return ok(
    withoutSurroundings({
      hasPassed,
      failures,
      namesAll: namesAll && outcome.end === 'exited',
      total: counts?.total,
    }),
  );
}
