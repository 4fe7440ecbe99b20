import type { Task, TaskContext } from '@ymera/agent-sdk';
import { ok, type Failure, type Result } from '@ymera/kernel';
import type { Sandbox } from '../../sandbox/sandbox';
import { type CommandPart, commandParts } from '../../tools/command-parts';
import { Places } from '../../tools/places';
import { projectCommand } from '../../tools/project-command';
import { pathsInRepository } from '../../tools/repository-paths';
import { freshReports } from '../../tools/test-reports/find-reports';
import { readTests } from '../../tools/test-reports/read-tests';
import { runsTool } from '../../tools/test-reports/zero-tests';
import { gitlinkMode, type TreeEntry } from '../../workspace/change-entries';
import type { Dependencies } from '../../workspace/dependencies/dependencies';
import type { PreparedProject } from '../../workspace/dependencies/installation';
import type { Workspace } from '../../workspace/workspace';
import type { Workspaces } from '../../workspace/workspaces';
import { remainingMs, ToolTime } from '../attempt-time';
import type { BaseKey, BaseOutcomes } from './base-outcomes';
import { needsAnotherRun, settleRuns } from './repeated-runs';
import { withSubmodules } from './submodules';
import { type TestOutcome, testOutcome } from './test-outcome';
import { type WatchGrace, watchModeOf, WatchObserver } from './watch-mode';

export interface TestAttemptOptions {
  readonly sandbox: Sandbox;
  readonly workspaces: Workspaces;
  readonly dependencies: Dependencies;
  readonly bases: BaseOutcomes;
  readonly watchGrace?: WatchGrace;
}

/** One commit, prepared for its tests. */
export interface OpenedProject {
  readonly workspace: Workspace;
  readonly prepared: PreparedProject;
  /** The command as it runs. */
  readonly command: string;
  /** The programs that it starts. */
  readonly parts: readonly CommandPart[];
  /** Folders that stay empty. */
  readonly submodules: readonly string[];
  readonly places: Places;
  /** The part of the command that certainly never ends. */
  readonly watching: string | undefined;
}

export interface RepeatedOutcome {
  readonly outcome: TestOutcome;
  /** Tests that failed in one run and passed in another. */
  readonly flaky: number;
}

/** The remaining time must allow this many runs before a third one starts. */
const minRunsLeft = 4;

/** The tools of one attempt: everything it opened is closed in any case. */
export class TestAttempt {
  private readonly time = new ToolTime();
  private readonly opened: Workspace[] = [];

  constructor(
    private readonly options: TestAttemptOptions,
    readonly task: Task,
    readonly context: TaskContext,
  ) {}

  get toolMs(): number {
    return this.time.ms;
  }

  get bases(): BaseOutcomes {
    return this.options.bases;
  }

  /** The test command as the project declares it. */
  get declared(): string {
    return this.task.project.commands.test ?? '';
  }

  get remainingMs(): number {
    return remainingMs(this.task);
  }

  async close(): Promise<void> {
    await Promise.all(this.opened.map((workspace) => workspace.close()));
  }

  async open(commit: string): Promise<Result<OpenedProject, Failure>> {
    const { workspaces, dependencies, sandbox } = this.options;
    const { signal } = this.context;
    const workspace = await workspaces.prepare({
      url: this.task.workspace_url,
      credential: this.context.workspaceCredential,
      commit,
      alsoNeeded: [this.task.base],
      signal,
    });
    if (!workspace.ok) return workspace;
    this.opened.push(workspace.value);
    const prepared = await this.time.spend(() =>
      dependencies.prepare(workspace.value, signal, {
        base: this.task.base,
        commands: [this.declared],
      }),
    );
    if (!prepared.ok) return prepared;
    for (const note of prepared.value.notes ?? []) this.context.log(`${note}\n`);
    const command = await projectCommand(this.declared, workspace.value, this.task.project.commands.build);
    if (!command.ok) return command;
    const listed = await workspace.value.committedTree();
    if (!listed.ok) return listed;
    const paths = (isWanted: (entry: TreeEntry) => boolean) =>
      listed.value.filter(isWanted).map(({ path }) => path);
    const packageJson = await workspace.value.committedFile('package.json');
    if (!packageJson.ok) return packageJson;
    const parts = commandParts(command.value, packageJson.value);
    return ok({
      workspace: workspace.value,
      prepared: prepared.value,
      command: command.value,
      parts,
      submodules: paths(({ mode }) => mode === gitlinkMode),
      places: new Places(new Set(paths(() => true)), sandbox.workspacePath(workspace.value.copy)),
      watching: watchModeOf(parts),
    });
  }

  baseKey({ prepared }: OpenedProject): BaseKey {
    const { task, declared: command } = this;
    return { projectId: task.project.project_id, base: task.base, command, prepared };
  }

  /** Repeats failed tests, several times where some are flaky. */
  async runRepeated(project: OpenedProject): Promise<RepeatedOutcome> {
    const first = await this.run(project);
    const runs = [first];
    let last = first;
    while (needsAnotherRun(runs) && this.hasTimeFor(runs) && !this.context.signal.aborted) {
      this.context.progress(0.6, 'repeating what failed');
      this.context.log('\nThe tests failed. They are run once more, to tell flaky tests from broken ones.\n');
      last = await this.run(project, detailsFor(first, project));
      runs.push(last);
    }
    const outcome = settleRuns(runs, last);
    // For tests without names only their number is compared.
    const fewer = Math.max(0, first.counts.failed - last.counts.failed);
    return { outcome, flaky: outcome.flaky.length > 0 ? outcome.flaky.length : fewer };
  }

  /** The second run may use the remaining time; further ones must leave some for the base. */
  private hasTimeFor(runs: readonly TestOutcome[]): boolean {
    const maxMs = Math.max(...runs.map(({ durationMs }) => durationMs));
    return runs.length === 1 || this.remainingMs > minRunsLeft * maxMs;
  }

  private async run(
    { workspace, prepared, command, parts, places, submodules }: OpenedProject,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<TestOutcome> {
    const { sandbox, watchGrace } = this.options;
    const root = sandbox.workspacePath(workspace.copy);
    const log = () => pathsInRepository(root, (text) => this.context.log(text));
    const streams = { stdout: log(), stderr: log() };
    const watch = new AbortController();
    const observer = new WatchObserver(parts, () => watch.abort(), watchGrace);
    const startedAt = Date.now();
    const outcome = await this.time.spend(() =>
      sandbox.run({
        ...prepared,
        environment: { ...prepared.environment, ...environment },
        profile: 'project',
        command,
        workspace: workspace.copy,
        timeoutMs: this.remainingMs,
        signal: AbortSignal.any([this.context.signal, watch.signal]),
        onOutput: (stream, chunk) => {
          streams[stream].push(chunk);
          observer.push(chunk);
        },
      }),
    );
    observer.stop();
    for (const stream of Object.values(streams)) stream.end();
    const isWatching = watch.signal.aborted && outcome.end === 'canceled';
    const [stdout, stderr] = [places.inRepository(outcome.stdout), places.inRepository(outcome.stderr)];
    const ended = testOutcome(
      { ...outcome, stdout, stderr },
      isWatching ? 'watching' : outcome.end,
      readTests(
        `${stdout}\n${stderr}`,
        places,
        await freshReports(workspace.copy, startedAt),
        runsTool(parts, outcome.exitCode),
      ),
    );
    return withSubmodules(ended, submodules);
  }
}

/** Go names passed tests only with `-v`; the command itself is not changed. */
const detailsFor = ({ tools }: TestOutcome, { prepared }: OpenedProject): Readonly<Record<string, string>> =>
  tools.includes('go') ? { GOFLAGS: `${prepared.environment?.['GOFLAGS'] ?? ''} -v`.trim() } : {};
