import type { Task, TaskContext, TaskResult } from '@ymera/agent-sdk';
import type { Finding, TestSummary } from '@ymera/contracts';
import { failure } from '@ymera/kernel';
import type { Sandbox, SandboxOutcome } from '../sandbox/sandbox';
import { projectCommand } from '../tools/project-command';
import { Places } from '../tools/places';
import { pathsInRepository } from '../tools/repository-paths';
import { readTestFailures } from '../tools/test-failures';
import { readTestOutput } from '../tools/test-output';
import type { Dependencies } from '../workspace/dependencies/dependencies';
import type { PreparedProject } from '../workspace/dependencies/installation';
import type { Workspace } from '../workspace/workspace';
import type { Workspaces } from '../workspace/workspaces';
import type { ToolAgent } from './agent';
import { remainingMs, ToolTime } from './attempt-time';
import { completed, failed, stopped } from './outcome';
import { untestableChange } from './untestable-change';

export interface TestingAgentOptions {
  readonly sandbox: Sandbox;
  readonly workspaces: Workspaces;
  readonly dependencies: Dependencies;
}

/** As `timeout(1)` says it. */
const timedOutCode = 124;

/**
 * Runs the project's own test command on the change, or on the base where there is none, and says what it saw of which
 * tree. A failure is repeated once: tests that pass the second time are flaky, and told apart from broken ones.
 */
export class TestingAgent implements ToolAgent {
  readonly agentType = 'TESTING';
  readonly taskTypes = ['test'] as const;

  constructor(private readonly options: TestingAgentOptions) {}

  async run(task: Task, context: TaskContext): Promise<TaskResult> {
    const command = task.project.commands.test;
    if (command === undefined) return failed(noTests(), 0);
    const time = new ToolTime();
    context.progress(0.05, 'preparing the working copy');
    const prepared = await this.options.workspaces.prepare({
      url: task.workspace_url,
      credential: context.workspaceCredential,
      commit: task.input.change?.commit ?? task.base,
      alsoNeeded: [task.base],
      signal: context.signal,
    });
    if (!prepared.ok) return context.signal.aborted ? stopped(context.signal, 0) : failed(prepared.error, 0);
    const workspace = prepared.value;
    try {
      const project = await time.spend(() =>
        this.options.dependencies.prepare(workspace, context.signal, {
          base: task.base,
          commands: [command],
        }),
      );
      if (context.signal.aborted) return stopped(context.signal, time.ms);
      if (!project.ok) {
        const untestable = untestableChange(project.error, { tree: workspace.tree, command });
        if (!untestable) return failed(project.error, time.ms);
        for (const { message } of untestable.findings) context.log(`${message}\n`);
        return completed({ ...untestable }, time.ms);
      }
      for (const note of project.value.notes ?? []) context.log(`${note}\n`);
      return await this.test(task, context, workspace, project.value, time);
    } finally {
      await workspace.close();
    }
  }

  private async test(
    task: Task,
    context: TaskContext,
    workspace: Workspace,
    project: PreparedProject,
    time: ToolTime,
  ): Promise<TaskResult> {
    const declared = task.project.commands.test ?? '';
    const command = await projectCommand(declared, workspace, task.project.commands.build);
    const listed = await workspace.committedFiles();
    if (context.signal.aborted) return stopped(context.signal, time.ms);
    if (!command.ok) return failed(command.error, time.ms);
    if (!listed.ok) return failed(listed.error, time.ms);
    const root = this.options.sandbox.workspacePath(workspace.copy);
    const places = new Places(new Set(listed.value), root);
    const runOnce = async () => {
      const log = () => pathsInRepository(root, (text) => context.log(text));
      const streams = { stdout: log(), stderr: log() };
      const outcome = await time.spend(() =>
        this.options.sandbox.run({
          ...project,
          profile: 'project',
          command: command.value,
          workspace: workspace.copy,
          timeoutMs: remainingMs(task),
          signal: context.signal,
          onOutput: (stream, chunk) => streams[stream].push(chunk),
        }),
      );
      for (const stream of Object.values(streams)) stream.end();
      return outcome;
    };

    context.progress(0.2, 'running the tests');
    const first = await runOnce();
    if (context.signal.aborted) return stopped(context.signal, time.ms);
    if (first.end === 'could_not_start') return failed(notStarted(first), time.ms);
    const summary = summarise(first, declared, workspace.tree);
    if (summary.exit_code === 0 || first.end === 'timed_out') {
      return completed({ tests: summary, findings: findingsOf(summary, first, places) }, time.ms);
    }

    context.progress(0.6, 'repeating what failed');
    context.log('\nThe tests failed. They are run once more, to tell flaky tests from broken ones.\n');
    const second = await runOnce();
    if (context.signal.aborted) return stopped(context.signal, time.ms);
    const repeated = summarise(second, declared, workspace.tree);
    const flaky = Math.max(0, summary.failed - repeated.failed);
    const settled = { ...repeated, flaky };
    return completed({ tests: settled, findings: findingsOf(settled, second, places) }, time.ms);
  }
}

function summarise(outcome: SandboxOutcome, command: string, tree: string): TestSummary {
  const exitCode = outcome.exitCode ?? timedOutCode;
  return {
    tree,
    command,
    ...readTestOutput(`${outcome.stdout}\n${outcome.stderr}`, exitCode),
    flaky: 0,
    duration_ms: outcome.durationMs,
    exit_code: exitCode,
  };
}

function findingsOf(summary: TestSummary, outcome: SandboxOutcome, places: Places): Finding[] {
  if (outcome.end !== 'exited')
    return [
      { code: 'tests_did_not_end', severity: 'high', message: `The test command ${howEnded(outcome)}.` },
    ];
  const flaky: Finding[] =
    summary.flaky > 0
      ? [
          {
            code: 'flaky_tests',
            severity: 'medium',
            message: `${summary.flaky} test(s) failed once and passed when repeated.`,
            suggestion: 'Make them independent of time, order and each other.',
          },
        ]
      : [];
  if (summary.exit_code === 0) return flaky;
  return [...flaky, ...failureFindings(outcome, places)];
}

function howEnded({ end, durationMs, reason }: SandboxOutcome): string {
  if (end === 'timed_out') return `did not end within ${Math.round(durationMs / 1000)} s`;
  return reason === undefined ? 'was ended' : `was ended: ${reason}`;
}

/** One for each test that failed; one for all of them where the runner's output is not understood. */
function failureFindings(outcome: SandboxOutcome, places: Places): Finding[] {
  const failures = readTestFailures(`${outcome.stdout}\n${outcome.stderr}`, places);
  const common = {
    code: 'tests_failed',
    severity: 'high',
    suggestion: 'Correct the change, not the tests.',
  } as const;
  if (failures.length === 0) return [{ ...common, message: places.inRepository(failureLines(outcome)) }];
  return failures.map(({ message, evidence, file, line }) => ({
    ...common,
    message,
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
    ...(evidence === '' ? {} : { evidence }),
  }));
}

/** The lines that say what failed, or else the last ones. */
function failureLines(outcome: SandboxOutcome): string {
  const lines = `${outcome.stdout}\n${outcome.stderr}`.split('\n').filter((line) => line.trim() !== '');
  const telling = lines.filter((line) =>
    /^\s*(?:not ok|✖|✕|×|FAIL|FAILED|--- FAIL|E\s|\d+\) |Error:|AssertionError)/.test(line),
  );
  return (
    (telling.length > 0 ? telling.slice(0, 20) : lines.slice(-20)).join('\n').slice(0, 2000) ||
    'The tests failed without a word.'
  );
}

const noTests = () =>
  failure('validation', 'no_tests', 'The project declares no test command.', {
    suggestion: 'Add a "test" script to package.json, or {"test": "..."} in ymera.json.',
  });

const notStarted = (outcome: SandboxOutcome) =>
  failure(
    'unavailable',
    'sandbox_failed',
    `The tests could not be started: ${outcome.reason ?? 'no reason is known'}`,
  );
