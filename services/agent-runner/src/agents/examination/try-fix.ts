import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
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
  /** The command that must have run before it. */
  readonly build?: string | undefined;
  /** Paths that the change touches. */
  readonly entries: readonly ChangeEntry[];
  /** Files with a changed expectation, test files by name or not. */
  readonly expectations: ReadonlySet<string>;
  /** Of these, helpers that other tests assert with. */
  readonly helpers: ReadonlySet<string>;
  /** Whether tests fail on the change, and on the base as well. */
  readonly hasFailures: boolean;
  /** Timeout of one run of the tests: those of a defect may never end. */
  readonly timeoutMs: () => number;
  /** A working copy of one side, with some paths from the other side. */
  readonly open: (side: 'base' | 'change', replaced: readonly TreeEntry[]) => Promise<Result<Workspace>>;
}

/** Parameters of one run of the tests. */
export type TrialOptions = Omit<FixTrialOptions, 'entries' | 'expectations' | 'helpers' | 'hasFailures'>;

interface WrittenFile {
  readonly path: string;
  readonly text: string;
}

/** The questions to answer. */
export interface WantedTrials {
  /** Whether the change fixes a defect that tests show. */
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
    // A single failure may be flaky; a change is not rejected for that.
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

/** `written`: files with replaced text, in a copy that nothing has run in yet. */
export async function trial(
  options: TrialOptions,
  side: 'base' | 'change',
  replaced: readonly TreeEntry[],
  written: readonly WrittenFile[] = [],
): Promise<Result<TestTrial, Failure>> {
  const opened = await options.open(side, replaced);
  if (!opened.ok) return opened;
  try {
    return await runIn(opened.value, options, replaced, written);
  } finally {
    await opened.value.close();
  }
}

async function runIn(
  workspace: Workspace,
  options: TrialOptions,
  replaced: readonly TreeEntry[],
  written: readonly WrittenFile[],
): Promise<Result<TestTrial, Failure>> {
  const overwritten = await overwrite(workspace, written);
  if (!overwritten.ok) return overwritten;
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
  // A run without an observed failure is not a passed run.
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

/** Only files of the commit, and never through a link: the paths come from a process that has read untrusted code. */
async function overwrite(workspace: Workspace, files: readonly WrittenFile[]): Promise<Result<void>> {
  if (files.length === 0) return ok(undefined);
  const listed = await workspace.committedTree();
  if (!listed.ok) return listed;
  const regular = new Set(listed.value.flatMap(({ path, mode }) => (mode.startsWith('100') ? [path] : [])));
  for (const { path, text } of files) {
    if (!regular.has(path)) continue;
    const flags = constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW;
    const file = await open(join(workspace.copy, path), flags);
    try {
      await file.writeFile(text);
    } finally {
      await file.close();
    }
  }
  return ok(undefined);
}
