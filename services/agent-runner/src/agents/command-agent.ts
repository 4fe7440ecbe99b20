import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import type { Task, TaskContext, TaskResult } from '@ymera/agent-sdk';
import type { AgentType, TaskType } from '@ymera/contracts';
import { failure, ok, type Result } from '@ymera/kernel';
import type { Sandbox, SandboxOutcome } from '../sandbox/sandbox';
import { pathsInRepository } from '../tools/repository-paths';
import { changeOutside } from '../workspace/change-refusals';
import type { Dependencies } from '../workspace/dependencies/dependencies';
import type { PreparedProject } from '../workspace/dependencies/installation';
import type { Workspace } from '../workspace/workspace';
import type { Workspaces } from '../workspace/workspaces';
import type { ToolAgent } from './agent';
import { remainingMs, ToolTime } from './attempt-time';
import { commandFailure } from './command-failure';
import { locateCommand, type LocatedCommand } from './command-paths';
import { completed, failed, stopped } from './outcome';
import { proposeChange } from './propose-change';
import { ProgressLines } from './progress-lines';
import { WithheldValues } from './withheld-values';

export interface CommandAgentOptions {
  readonly sandbox: Sandbox;
  readonly workspaces: Workspaces;
  readonly dependencies: Dependencies;
  /** Run by `sh -c`. */
  readonly command: string;
  /** The author's working directory: files that the command names relative to it are found. */
  readonly commandFolder?: string;
  /** The author's PATH: programs on it are found. */
  readonly searchPath: readonly string[];
  readonly agentType: Extract<AgentType, 'CODING' | 'ENHANCEMENT'>;
  readonly network: boolean;
  /** Variables for this command only; their values are withheld from logs, errors and changes. */
  readonly environment: Readonly<Record<string, string>>;
}

const taskTypes: Readonly<Record<CommandAgentOptions['agentType'], readonly TaskType[]>> = {
  CODING: ['code', 'fix'],
  ENHANCEMENT: ['enhance'],
};

/**
 * Any command line as an agent. It gets the task as one JSON object on standard input and the working copy as its
 * directory; the files that it has changed when it ends with exit code 0 are its change. Lines `::ymera progress 0.4 text`
 * on its standard output report progress; all other output is the log.
 */
export class CommandAgent implements ToolAgent {
  readonly agentType: AgentType;
  readonly taskTypes: readonly TaskType[];
  private readonly withheld: WithheldValues;

  constructor(private readonly options: CommandAgentOptions) {
    this.agentType = options.agentType;
    this.taskTypes = taskTypes[options.agentType];
    this.withheld = new WithheldValues(options.environment);
  }

  async run(task: Task, context: TaskContext): Promise<TaskResult> {
    const time = new ToolTime();
    context.progress(0.05, 'preparing the working copy');
    const prepared = await this.options.workspaces.prepare({
      url: task.workspace_url,
      credential: context.workspaceCredential,
      commit: task.base,
      hasGit: true,
      signal: context.signal,
    });
    if (context.signal.aborted) {
      if (prepared.ok) await prepared.value.close();
      return stopped(context.signal, 0);
    }
    if (!prepared.ok) return failed(prepared.error, 0);
    const workspace = prepared.value;
    try {
      context.progress(0.1, 'the command is running');
      const located = await this.located(workspace);
      if (context.signal.aborted) return stopped(context.signal, time.ms);
      if (!located.ok) return failed(located.error, time.ms);
      const project = await time.spend(() => this.project(task, context, workspace));
      if (context.signal.aborted) return stopped(context.signal, time.ms);
      const outcome = await time.spend(() =>
        this.runCommand(task, context, workspace, located.value, project),
      );
      if (context.signal.aborted) return stopped(context.signal, time.ms);
      // First: a write outside may be the reason why the command failed, and is more important.
      if (outcome.outsideWrites.length > 0) return failed(changeOutside(outcome.outsideWrites), time.ms);
      const problem = commandFailure(outcome, {
        ...this.options,
        workspacePath: this.options.sandbox.workspacePath(workspace.copy),
      });
      if (problem) return failed(problem, time.ms);
      context.progress(0.95, 'collecting the change');
      const change = await workspace.collectChange();
      if (!change.ok) return failed(change.error, time.ms);
      const told = await this.withheld.namesInFile(change.value.patch.file);
      if (told.length > 0) return failed(describeChange(told), time.ms);
      const proposed = await proposeChange(change.value, task, context);
      if (context.signal.aborted) return stopped(context.signal, time.ms);
      return proposed.ok ? completed(proposed.value, time.ms) : failed(proposed.error, time.ms);
    } finally {
      await workspace.close();
    }
  }

  private async runCommand(
    task: Task,
    context: TaskContext,
    workspace: Workspace,
    { command, programs }: LocatedCommand,
    project: PreparedProject,
  ): Promise<SandboxOutcome> {
    const { searchPath } = this.options;
    const lines = new ProgressLines(context);
    const root = this.options.sandbox.workspacePath(workspace.copy);
    const shown = {
      stdout: pathsInRepository(root, (text) => lines.push(text)),
      stderr: pathsInRepository(root, (text) => context.log(text)),
    };
    const streams = {
      stdout: this.withheld.stream((text) => shown.stdout.push(text)),
      stderr: this.withheld.stream((text) => shown.stderr.push(text)),
    };
    const outcome = await this.options.sandbox.run({
      ...project,
      profile: 'command',
      command,
      searchPath: [...(project.searchPath ?? []), ...searchPath],
      readable: [...(project.readable ?? []), ...programs],
      workspace: workspace.copy,
      stdin: `${JSON.stringify(visibleTask(task))}\n`,
      network: this.options.network,
      timeoutMs: remainingMs(task),
      signal: context.signal,
      // Coding tools that commit need an identity; the change is read from the files in any case.
      environment: {
        ...project.environment,
        ...this.options.environment,
        GIT_AUTHOR_NAME: task.agent_id,
        GIT_AUTHOR_EMAIL: `${task.agent_id}@agents.ymera.invalid`,
        GIT_COMMITTER_NAME: task.agent_id,
        GIT_COMMITTER_EMAIL: `${task.agent_id}@agents.ymera.invalid`,
      },
      onOutput: (stream, chunk) => streams[stream].push(chunk),
    });
    for (const stream of [...Object.values(streams), ...Object.values(shown)]) stream.end();
    const { stdout, stderr } = outcome;
    return {
      ...outcome,
      stdout: this.withheld.withheldFrom(stdout),
      stderr: this.withheld.withheldFrom(stderr),
    };
  }

  /**
   * The packages of the project's own commands, so that the agent can run the tests. Without them the work may still be
   * done: the test step reports what is missing.
   */
  private async project(task: Task, context: TaskContext, workspace: Workspace): Promise<PreparedProject> {
    const { test } = task.project.commands;
    const commands = test === undefined ? [] : [test];
    const prepared = await this.options.dependencies.prepare(workspace, context.signal, { commands });
    if (prepared.ok) return prepared.value;
    context.log(`The project’s tests cannot be run here: ${prepared.error.message}\n`);
    return {};
  }

  private async located(workspace: Workspace): Promise<Result<LocatedCommand>> {
    const { command, commandFolder, searchPath } = this.options;
    const listed = commandFolder === undefined ? ok([]) : await workspace.committedFiles();
    if (!listed.ok) return listed;
    const own = new Set<string>(listed.value);
    const places = {
      folder: commandFolder,
      home: homedir(),
      path: searchPath,
      isFile,
      isProgram,
      isInCopy: (path: string) => own.has(path),
    };
    return ok(locateCommand(command, places));
  }
}

const describeChange = (names: readonly string[]) =>
  failure(
    'validation',
    'agent_failed',
    `The change holds the value of ${names.join(' and ')}, which the command was handed, and is not passed on.`,
    {
      suggestion: 'Let the command read it from its environment wherever it needs it, and write it nowhere.',
    },
  );

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return isFile(path);
  } catch {
    return false;
  }
}

/** The task without the data between the runner and the platform. */
function visibleTask({
  fencing_token: _token,
  workspace_url: _url,
  heartbeat_s: _heartbeat,
  ...visible
}: Task): object {
  return visible;
}
