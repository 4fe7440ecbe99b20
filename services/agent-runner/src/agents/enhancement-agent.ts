import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Task, TaskContext, TaskResult } from '@ymera/agent-sdk';
import type { BeforeAfter, Finding } from '@ymera/contracts';
import { failure, ok, type Failure, type Result } from '@ymera/kernel';
import type { Sandbox } from '../sandbox/sandbox';
import { isProductCode, type Analyser } from '../tools/analyser';
import type { RewrittenFile } from '../tools/analysis-protocol';
import { minRuns, measureBeforeAfter } from '../tools/benchmark';
import { projectCommand } from '../tools/project-command';
import { compare } from '../tools/statistics';
import type { Dependencies } from '../workspace/dependencies/dependencies';
import type { Workspace } from '../workspace/workspace';
import type { Workspaces } from '../workspace/workspaces';
import type { ToolAgent } from './agent';
import { remainingMs, ToolTime } from './attempt-time';
import { completed, failed, stopped } from './outcome';
import { proposeChange } from './propose-change';

export interface EnhancementAgentOptions {
  readonly sandbox: Sandbox;
  readonly workspaces: Workspaces;
  readonly dependencies: Dependencies;
  readonly analyser: Analyser;
  /** Codes of the rules that may rewrite. */
  readonly rules: readonly string[];
}

/**
 * Makes code faster by rewrites that preserve behaviour, and measures them. When the project has a benchmark that they do
 * not improve, they are not proposed: a change without a gain is only a risk.
 */
export class EnhancementAgent implements ToolAgent {
  readonly agentType = 'ENHANCEMENT';
  readonly taskTypes = ['enhance'] as const;

  constructor(private readonly options: EnhancementAgentOptions) {}

  async run(task: Task, context: TaskContext): Promise<TaskResult> {
    const time = new ToolTime();
    const opened: Workspace[] = [];
    const open = async () => {
      const prepared = await this.options.workspaces.prepare({
        url: task.workspace_url,
        credential: context.workspaceCredential,
        commit: task.base,
        signal: context.signal,
      });
      if (prepared.ok) opened.push(prepared.value);
      return prepared;
    };
    const end = (error: Failure) =>
      context.signal.aborted ? stopped(context.signal, time.ms) : failed(error, time.ms);
    try {
      context.progress(0.05, 'preparing the working copy');
      const prepared = await open();
      if (!prepared.ok) return end(prepared.error);
      const workspace = prepared.value;

      context.progress(0.15, 'looking for what takes the time');
      const rewritten = await this.rewrite(task, context, workspace, time);
      if (!rewritten.ok) return end(rewritten.error);
      for (const file of rewritten.value) await writeFile(join(workspace.copy, file.path), file.text);
      if (rewritten.value.length === 0) return end(nothingToImprove());
      for (const file of rewritten.value) context.log(`${file.path}: ${file.rules.join(', ')}\n`);

      context.progress(0.35, 'measuring before and after');
      const measured = await this.measure(task, context, workspace, open, time);
      if (context.signal.aborted) return stopped(context.signal, time.ms);
      if (!measured.ok) return end(measured.error);
      if (measured.value)
        context.log(
          `${measured.value.before_median_ms} ms before, ${measured.value.after_median_ms} ms after\n`,
        );
      if (measured.value && compare(measured.value.before_ms, measured.value.after_ms) !== 'faster')
        return end(noGain(measured.value));

      context.progress(0.95, 'collecting the change');
      const change = await workspace.collectChange();
      if (!change.ok) return end(change.error);
      const summary = summarise(rewritten.value, measured.value);
      const proposed = await proposeChange(change.value, task, context, summary);
      if (!proposed.ok) return end(proposed.error);
      return completed(
        {
          ...proposed.value,
          findings: [...(proposed.value.findings ?? []), ...rewritten.value.flatMap(toFindings)],
          ...(measured.value ? { before_after: measured.value } : {}),
        },
        time.ms,
      );
    } finally {
      await Promise.all(opened.map((workspace) => workspace.close()));
    }
  }

  private async rewrite(
    task: Task,
    context: TaskContext,
    workspace: Workspace,
    time: ToolTime,
  ): Promise<Result<readonly RewrittenFile[]>> {
    const listed = await workspace.committedFiles();
    if (!listed.ok) return listed;
    const files = listed.value.filter(isProductCode).map((path) => ({ path }));
    if (files.length === 0) return ok([]);
    const answer = await time.spend(() =>
      this.options.analyser.analyse(
        { mode: 'rewrite', files, rules: this.options.rules },
        { workspace: workspace.copy, timeoutMs: remainingMs(task), signal: context.signal },
      ),
    );
    return answer.ok ? ok(answer.value.rewritten) : answer;
  }

  /** Undefined without a benchmark, or when the benchmark fails on the base. */
  private async measure(
    task: Task,
    context: TaskContext,
    after: Workspace,
    open: () => Promise<Result<Workspace>>,
    time: ToolTime,
  ): Promise<Result<BeforeAfter | undefined>> {
    const { bench } = task.project.commands;
    if (bench === undefined) return ok(undefined);
    const before = await open();
    if (!before.ok) return before;
    const prepared = await time.spend(() => this.options.dependencies.prepare(after, context.signal));
    if (!prepared.ok) return prepared;
    const command = await projectCommand(bench, after);
    if (!command.ok) return command;
    const side = (workspace: Workspace) => ({
      workspace: workspace.copy,
      command: command.value,
      prepared: prepared.value,
    });
    const measured = await time.spend(() =>
      measureBeforeAfter(this.options.sandbox, {
        before: side(before.value),
        after: side(after),
        name: bench,
        runs: minRuns,
        budgetMs: remainingMs(task),
        signal: context.signal,
        onRun: (done, all) => context.progress(0.35 + (0.6 * done) / all, `benchmark run ${done} of ${all}`),
      }),
    );
    if (measured.ok) return ok(measured.value.beforeAfter);
    return measured.error.code === 'benchmark_failed_on_base' ? ok(undefined) : measured;
  }
}

function summarise(files: readonly RewrittenFile[], measured: BeforeAfter | undefined): string {
  const rules = [...new Set(files.flatMap((file) => file.rules))].join(', ').replaceAll('_', ' ');
  const gain = measured
    ? ` ${measured.speedup.toFixed(1)} times as fast: ${measured.before_median_ms} ms before, ${measured.after_median_ms} ms after.`
    : '';
  return `Mends ${rules} in ${files.map((file) => file.path).join(', ')}.${gain}`.slice(0, 2000);
}

const toFindings = (file: RewrittenFile): readonly Finding[] =>
  file.rules.map((code) => ({
    code,
    severity: 'info',
    message: `Rewritten in ${file.path}.`,
    file: file.path,
  }));

const nothingToImprove = () =>
  failure('validation', 'change_empty', 'No rewrite was found that certainly preserves behaviour.', {
    suggestion: 'Give the task to a coding agent: npm run demo -- --exec "<its command line>".',
  });

const noGain = ({ before_median_ms, after_median_ms }: BeforeAfter) =>
  failure(
    'validation',
    'change_empty',
    `The rewrites that were found do not help the benchmark (${before_median_ms} ms before, ${after_median_ms} ms after) and were dropped.`,
    {
      suggestion: 'Let the benchmark measure the slow code, or give the task to a coding agent.',
    },
  );
