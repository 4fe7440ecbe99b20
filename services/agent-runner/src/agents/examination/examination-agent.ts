import type { Task, TaskContext, TaskResult } from '@ymera/agent-sdk';
import type { Finding } from '@ymera/contracts';
import { failure, ok, type Failure, type Result } from '@ymera/kernel';
import type { Sandbox } from '../../sandbox/sandbox';
import { isWritten } from '../../tools/analysable';
import type { Analyser } from '../../tools/analyser';
import type { AnalysisFinding } from '../../tools/analysis-protocol';
import { measureBeforeAfter, type Measurement } from '../../tools/benchmark';
import type { ChangedFile } from '../../tools/integrity/changed-file';
import type { IntegrityFinding } from '../../tools/integrity/findings';
import type { MutationPlan } from '../../tools/mutation/mutation-plan';
import { projectCommand } from '../../tools/project-command';
import type { TreeEntry } from '../../workspace/change-entries';
import type { Dependencies } from '../../workspace/dependencies/dependencies';
import type { Workspace } from '../../workspace/workspace';
import type { Workspaces } from '../../workspace/workspaces';
import type { ToolAgent } from '../agent';
import { sharedWithBase } from '../testing/test-findings';
import { remainingMs, ToolTime } from '../attempt-time';
import { completed, failed, stopped } from '../outcome';
import { benchmarkFinding } from './benchmark-finding';
import { changedFiles } from './changed-files';
import type { ExaminationPolicy } from './examination-policy';
import { fixEvidence, type FixTrials } from './fix-evidence';
import { newFindings } from './new-findings';
import { inRevertedFiles, revertedCommits, revertEvidence } from './revert-evidence';
import { needsTrials, settledFindings } from './settled-findings';
import { pseudoTested } from './pseudo-tested';
import { tryTests, type TrialOptions } from './try-fix';
import { tryMutants } from './try-mutants';
import { unseenFiles } from './unseen-files';
import { giveVerdict } from './verdict';

export interface ExaminationAgentOptions {
  readonly sandbox: Sandbox;
  readonly workspaces: Workspaces;
  readonly dependencies: Dependencies;
  readonly analyser: Analyser;
  readonly policy: ExaminationPolicy;
}

const reportedFindings = 200;
/** Tests that take much longer than on the change count as hanging: some defects show like that. */
const minTrialTimeoutMs = 20_000;
/** A test that hangs on an emptied product has not passed. */
const minMutantTimeoutMs = 5_000;
const severityOrder: readonly Finding['severity'][] = ['critical', 'high', 'medium', 'low', 'info'];

/** Examines code: all of it for improvements (`review`, `analyse`), or a change for whether it may land. */
export class ExaminationAgent implements ToolAgent {
  readonly agentType = 'EXAMINATION';
  readonly taskTypes = ['review', 'analyse', 'validate'] as const;

  constructor(private readonly options: ExaminationAgentOptions) {}

  async run(task: Task, context: TaskContext): Promise<TaskResult> {
    const examination = new Examination(this.options, task, context);
    try {
      return task.type === 'validate' ? await examination.validate() : await examination.review();
    } finally {
      await examination.close();
    }
  }
}

interface Examined {
  readonly findings: readonly AnalysisFinding[];
  readonly integrity: readonly IntegrityFinding[];
  readonly mutation: MutationPlan | undefined;
}

/** One attempt: everything it opened is closed in any case. */
class Examination {
  private readonly time = new ToolTime();
  private readonly opened: Workspace[] = [];

  constructor(
    private readonly options: ExaminationAgentOptions,
    private readonly task: Task,
    private readonly context: TaskContext,
  ) {}

  async close(): Promise<void> {
    await Promise.all(this.opened.map((workspace) => workspace.close()));
  }

  async review(): Promise<TaskResult> {
    this.context.progress(0.1, 'reading the repository');
    const base = await this.open(this.task.base);
    if (isFailure(base)) return this.end(base);
    const listed = await base.committedFiles();
    if (!listed.ok) return this.end(listed.error);
    const paths = listed.value.filter(isWritten);
    this.context.progress(0.3, `analysing ${paths.length} files`);
    const analysed = await this.analyse(
      base,
      paths.map((path) => ({ path })),
    );
    if (isFailure(analysed)) return this.end(analysed);
    const findings = analysed
      .toSorted((one, other) => severityOrder.indexOf(one.severity) - severityOrder.indexOf(other.severity))
      .slice(0, reportedFindings);
    for (const finding of findings)
      this.context.log(`${finding.file}:${finding.line} ${finding.code}: ${finding.message}\n`);
    this.context.log(`${findings.length} finding(s) in ${paths.length} files\n`);
    return completed({ findings }, this.time.ms);
  }

  async validate(): Promise<TaskResult> {
    const { change, tests, intent, waivers } = this.task.input;
    if (!change)
      return this.end(failure('validation', 'change_missing', 'The task has no change to examine.'));
    this.context.progress(0.05, 'reading the change');
    const after = await this.open(change.commit, [this.task.base, ...revertedCommits(this.task)]);
    if (isFailure(after)) return this.end(after);
    if (after.tree !== change.tree) {
      return this.end(
        failure(
          'conflict',
          'tree_mismatch',
          `Commit ${change.commit} has tree ${after.tree}, not ${change.tree}.`,
        ),
      );
    }
    const changed = await changedFiles(after, this.task.base);
    if (!changed.ok) return this.end(changed.error);
    const files = changed.value;
    const listed = await after.committedFiles();
    if (!listed.ok) return this.end(listed.error);
    const revert = await revertEvidence(after, this.task);
    if (!revert.ok) return this.end(revert.error);
    this.context.progress(0.2, 'looking for new findings');
    const examined = await this.examine(after, files, listed.value);
    if (isFailure(examined)) return this.end(examined);
    this.context.progress(0.3, 'looking for what the tests show');
    const trials = await this.trials(after, examined.integrity);
    if (isFailure(trials)) return this.end(trials);
    const mutants = await this.mutants(after, examined);
    if (isFailure(mutants)) return this.end(mutants);
    this.context.progress(0.4, 'comparing before and after');
    const measured = await this.measure(after);
    if (this.context.signal.aborted) return stopped(this.context.signal, this.time.ms);
    const benchmarkFile = await this.benchmarkFile(after, listed.value);
    if (!benchmarkFile.ok) return this.end(benchmarkFile.error);
    const measurement = measured === undefined || isFailure(measured) ? undefined : measured;
    const verdict = giveVerdict(
      {
        intent,
        base: this.task.base,
        commit: change.commit,
        tree: change.tree,
        tests,
        onBase: this.task.input.findings.filter(({ message }) => message.endsWith(sharedWithBase)),
        findings: [
          ...inRevertedFiles(
            [
              ...settledFindings(
                examined.integrity,
                { intent, request: this.task.input.request_text },
                trials,
              ),
              ...unseenFiles(files),
            ],
            revert.value,
          ),
          ...(intent === 'DEBUG' ? fixEvidence(trials, this.options.policy) : []),
          ...mutants,
          ...examined.findings,
          ...(isFailure(measured) ? [benchmarkFinding(measured)] : []),
        ],
        beforeAfter: measurement?.beforeAfter,
        clockDoubt: measurement?.clockDoubt,
        benchmarkFile: benchmarkFile.value,
        minSpeedup: this.task.project.performance.min_speedup,
        waivers,
        revert: revert.value,
      },
      this.options.policy,
    );
    this.context.log(
      `${verdict.approved ? 'approved' : 'not approved'} under policy ${verdict.policy_version}\n`,
    );
    for (const reason of verdict.reasons) this.context.log(`- ${reason}\n`);
    return completed(
      {
        verdict,
        findings: verdict.findings,
        ...(measurement ? { before_after: measurement.beforeAfter } : {}),
      },
      this.time.ms,
    );
  }

  /** One process for both sides and all rules: its start takes longer than the analysis of a change. */
  private async examine(
    after: Workspace,
    files: readonly ChangedFile[],
    paths: readonly string[],
  ): Promise<Examined | Failure> {
    if (files.length === 0) return { findings: [], integrity: [], mutation: undefined };
    const { project, input } = this.task;
    const answer = await this.time.spend(() =>
      this.options.analyser.analyse(
        {
          mode: 'examine',
          files: [],
          rules: [],
          change: {
            files,
            intent: input.intent,
            request: input.request_text,
            paths,
            commands: project.commands,
          },
        },
        { workspace: after.copy, timeoutMs: remainingMs(this.task), signal: this.context.signal },
      ),
    );
    if (!answer.ok) return answer.error;
    const of = (side: 'before' | 'after') =>
      answer.value.findings
        .filter((finding) => finding.file.startsWith(`${side}/`))
        .map((finding) => ({ ...finding, file: finding.file.slice(side.length + 1) }));
    const texts = new Map(files.map((file) => [file.path, file]));
    const findings = newFindings(of('before'), of('after'), (side, path) => texts.get(path)?.[side] ?? '');
    return { findings, integrity: answer.value.integrity ?? [], mutation: answer.value.mutation };
  }

  /** The results of each side's tests on the other side, where the decision depends on them. */
  private async trials(
    after: Workspace,
    integrity: readonly IntegrityFinding[],
  ): Promise<FixTrials | Failure> {
    const { project, base, input } = this.task;
    const wanted = { fix: input.intent === 'DEBUG', expectations: needsTrials(integrity) };
    if (!(wanted.fix || wanted.expectations) || project.commands.test === undefined) return {};
    const entries = await after.changedFiles(base);
    if (!entries.ok) return entries.error;
    const trials = await this.time.spend(async () =>
      tryTests(
        {
          ...this.trialOptions(after, project.commands.test ?? '', minTrialTimeoutMs),
          entries: entries.value,
          expectations: new Set(
            integrity.flatMap(({ needsTrial, file }) => (needsTrial && file !== undefined ? [file] : [])),
          ),
          helpers: new Set(
            integrity.flatMap(({ needsTrial, file }) =>
              needsTrial?.isHelper && file !== undefined ? [file] : [],
            ),
          ),
          hasFailures: input.tests?.failed_on_base !== undefined,
        },
        wanted,
      ),
    );
    return trials.ok ? trials.value : trials.error;
  }

  /** Whether the tests still depend on the product, where the change touches tests. Skipped for a change that is rejected anyway. */
  private async mutants(
    after: Workspace,
    { integrity, mutation }: Examined,
  ): Promise<readonly Finding[] | Failure> {
    const { commands } = this.task.project;
    const { tests } = this.task.input;
    const isStopped = integrity.some(
      ({ severity, needsTrial }) => this.options.policy.blocking.includes(severity) && !needsTrial,
    );
    if (!mutation || isStopped || commands.test === undefined || !tests || tests.failed > 0) return [];
    const options = this.trialOptions(after, commands.test, minMutantTimeoutMs);
    const trials = await this.time.spend(() => tryMutants(options, mutation, tests.total));
    return trials.ok ? pseudoTested(trials.value, mutation) : trials.error;
  }

  private trialOptions(after: Workspace, command: string, minTimeoutMs: number): TrialOptions {
    const { base, project, input } = this.task;
    const commits = { base, change: after.commit };
    const { sandbox, dependencies } = this.options;
    return {
      sandbox,
      dependencies,
      signal: this.context.signal,
      command,
      build: project.commands.build,
      timeoutMs: () =>
        Math.min(remainingMs(this.task) / 3, Math.max(minTimeoutMs, 5 * (input.tests?.duration_ms ?? 0))),
      // The trial closes it as soon as the tests have run in it.
      open: (side, replaced) => this.prepare(commits[side], [commits.base, commits.change], replaced),
    };
  }

  /** Undefined for a project without a benchmark. */
  private async measure(after: Workspace): Promise<Measurement | Failure | undefined> {
    const { bench } = this.task.project.commands;
    if (bench === undefined) return undefined;
    const before = await this.open(this.task.base);
    if (isFailure(before)) return before;
    // The base's own command decides what runs on both sides.
    const command = await projectCommand(bench, before);
    if (!command.ok) return command.error;
    const sides = [];
    for (const workspace of [before, after]) {
      const prepared = await this.time.spend(() =>
        this.options.dependencies.prepare(workspace, this.context.signal),
      );
      if (!prepared.ok) return prepared.error;
      sides.push({ workspace: workspace.copy, command: command.value, prepared: prepared.value });
    }
    const [left, right] = sides;
    if (!left || !right) return undefined;
    const measured = await this.time.spend(() =>
      measureBeforeAfter(this.options.sandbox, {
        before: left,
        after: right,
        name: bench,
        runs:
          this.task.input.intent === 'ENHANCE'
            ? this.options.policy.benchmarkRuns
            : this.options.policy.regressionRuns,
        budgetMs: remainingMs(this.task),
        signal: this.context.signal,
        onRun: (done, all) =>
          this.context.progress(0.4 + (0.55 * done) / all, `benchmark run ${done} of ${all}`),
      }),
    );
    return measured.ok ? measured.value : measured.error;
  }

  private async analyse(
    workspace: Workspace,
    files: readonly { readonly path: string; readonly text?: string }[],
  ): Promise<readonly AnalysisFinding[] | Failure> {
    const answer = await this.time.spend(() =>
      this.options.analyser.analyse(
        { mode: 'review', files, rules: [] },
        { workspace: workspace.copy, timeoutMs: remainingMs(this.task), signal: this.context.signal },
      ),
    );
    return answer.ok ? answer.value.findings : answer.error;
  }

  /** The file that the benchmark's command names, if it names one of the project's. */
  private async benchmarkFile(
    after: Workspace,
    files: readonly string[],
  ): Promise<Result<string | undefined>> {
    const { bench } = this.task.project.commands;
    if (bench === undefined) return ok(undefined);
    const command = await projectCommand(bench, after);
    if (!command.ok) return command;
    return ok(command.value.split(/[\s'";]+/).find((word) => files.includes(word)));
  }

  private async open(commit: string, alsoNeeded: readonly string[] = []): Promise<Workspace | Failure> {
    const prepared = await this.prepare(commit, alsoNeeded);
    if (!prepared.ok) return prepared.error;
    this.opened.push(prepared.value);
    return prepared.value;
  }

  private prepare(
    commit: string,
    alsoNeeded: readonly string[] = [],
    replaced: readonly TreeEntry[] = [],
  ): Promise<Result<Workspace>> {
    return this.options.workspaces.prepare({
      url: this.task.workspace_url,
      credential: this.context.workspaceCredential,
      commit,
      alsoNeeded,
      replaced,
      signal: this.context.signal,
    });
  }

  private end(error: Failure): TaskResult {
    return this.context.signal.aborted
      ? stopped(this.context.signal, this.time.ms)
      : failed(error, this.time.ms);
  }
}

const isFailure = (value: object | undefined): value is Failure =>
  value !== undefined && 'kind' in value && 'code' in value;
