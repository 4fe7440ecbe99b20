import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { err, failure, type Failure, ok, type Result } from '@ymera/kernel';
import type { Sandbox, SandboxOutcome } from '../sandbox/sandbox';
import { isAnalysable, isWritten } from './analysable';
import { asInRepository } from './repository-paths';
import type { AnalysisAnswer, AnalysisRequest } from './analysis-protocol';

export interface AnalyserOptions {
  /** The compiled `analyse-main.js`. */
  readonly program: string;
  /** The runner's own node, for which it is compiled. */
  readonly node: string;
}

const maxFiles = 5_000;
const answerBytes = 33_554_432;

/**
 * The static analysis, as a process in the sandbox: parsing untrusted code takes hundreds of megabytes, and when it takes
 * more, only that process is killed.
 */
export class Analyser {
  constructor(
    private readonly sandbox: Sandbox,
    private readonly options: AnalyserOptions,
  ) {}

  /** `timeoutMs`: the remaining time of the attempt. */
  async analyse(
    request: AnalysisRequest,
    run: { readonly workspace: string; readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<Result<AnalysisAnswer>> {
    const outcome = await this.sandbox.run({
      profile: 'command',
      command: [this.options.node, this.options.program],
      workspace: run.workspace,
      stdin: JSON.stringify({ ...request, files: request.files.slice(0, maxFiles) }),
      timeoutMs: run.timeoutMs,
      signal: run.signal,
      readable: [this.options.node, this.options.program, ...packageFolders(this.options.program)],
      limits: { outputBytes: answerBytes },
    });
    if (outcome.end !== 'exited' || outcome.exitCode !== 0) {
      const why = asInRepository(reasonOf(outcome), this.sandbox.workspacePath(run.workspace));
      return err(analysisFailure(outcome, `The static analysis did not finish: ${why}`.slice(0, 1000)));
    }
    return ok(JSON.parse(outcome.stdout) as AnalysisAnswer);
  }
}

/** An attempt that exceeds its deadline fails with one code, whatever tool was running. */
const analysisFailure = ({ end }: SandboxOutcome, message: string): Failure =>
  end === 'timed_out'
    ? failure('timeout', 'agent_failed', message, {
        retryable: false,
        suggestion: 'Give the step more time, or ask for less at once.',
      })
    : failure('internal', 'analysis_failed', message);

/** The reason of its end; its last output where it ended by itself. */
function reasonOf({ end, exitCode, reason, stderr, durationMs }: SandboxOutcome): string {
  if (end === 'timed_out') return `its time was over after ${Math.round(durationMs / 1000)} s`;
  const words = reason ?? stderr.trim().split('\n').at(-1) ?? '';
  return words !== '' ? words : end === 'exited' ? `exit code ${exitCode}` : end.replaceAll('_', ' ');
}

/** The folder in which Node finds the packages of the analysis. */
function packageFolders(program: string): readonly string[] {
  const folders: string[] = [];
  for (let folder = dirname(program); folder !== dirname(folder); folder = dirname(folder)) {
    const packages = join(folder, 'node_modules');
    if (existsSync(packages)) folders.push(packages);
  }
  return folders;
}

const aboutTheProject =
  /(?:^|\/)(?:tests?|__tests__|spec|specs|bench|benchmarks?|fixtures|examples?)\/|[.-](?:test|spec|bench)\.[^/]+$|(?:^|\/)(?:test|bench)\.[^/]+$|(?:^|\/)[^/]*\.?config\.[cm]?[jt]s$/;

/** Files that may be rewritten: the product itself, never its tests or benchmarks. */
export const isProductCode = (path: string): boolean =>
  isAnalysable(path) && isWritten(path) && !aboutTheProject.test(path);
