import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, existsSync, unlinkSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { runConfined } from './confined-process';
import {
  defaultLimits,
  type Sandbox,
  type SandboxLimits,
  type SandboxMount,
  type SandboxOutcome,
  type SandboxRun,
} from './sandbox';
import type { HostNode } from './host-node';
import { sandboxEnvironment } from './sandbox-environment';

export interface UnconfinedSandboxOptions {
  readonly scratchFolder: string;
  readonly hostNode: HostNode;
  /** Defaults for a run. */
  readonly limits?: Partial<SandboxLimits>;
}

/**
 * `--no-sandbox`: time, output, disk, environment and the process group are still limited; files and network are not, and
 * writes outside of the working copy are neither prevented nor detected.
 */
export class UnconfinedSandbox implements Sandbox {
  readonly name = 'none';
  readonly owner = undefined;

  constructor(private readonly options: UnconfinedSandboxOptions) {}

  workspacePath(workspace: string): string {
    return workspace;
  }

  mountPath({ source }: SandboxMount): string {
    return source;
  }

  async run(run: SandboxRun): Promise<SandboxOutcome> {
    const limits = { ...defaultLimits, ...this.options.limits, ...run.limits };
    mkdirSync(this.options.scratchFolder, { recursive: true });
    const scratch = mkdtempSync(join(realpathSync(this.options.scratchFolder), 'run-'));
    const folders = {
      home: join(scratch, 'home'),
      temporary: join(scratch, 'tmp'),
      workspace: run.workspace,
    };
    mkdirSync(folders.home);
    mkdirSync(folders.temporary);
    const links = linkMounts(run);
    try {
      const ended = await runConfined({
        argv: typeof run.command === 'string' ? ['sh', '-c', run.command] : run.command,
        cwd: run.workspace,
        environment: sandboxEnvironment({
          toolPath: run.toolPath,
          nodeFolder: this.options.hostNode.binaries,
          searchPath: run.searchPath,
          folders,
          additional: run.environment,
        }),
        stdin: run.stdin ?? '',
        timeoutMs: run.timeoutMs,
        limits,
        written: [run.workspace, scratch],
        usageIntervalMs: run.usageIntervalMs ?? 250,
        signal: run.signal,
        onOutput: run.onOutput,
        onUsage: run.onUsage,
        stopSignals: { canceled: 'SIGKILL', other: 'SIGKILL' },
        marker: `TMPDIR=${folders.temporary}`,
      });
      return {
        end: ended.end,
        exitCode: ended.exitCode,
        stdout: ended.stdout.text(),
        stderr: ended.stderr.text(),
        outputTruncated: ended.stdout.truncated || ended.stderr.truncated,
        durationMs: ended.durationMs,
        peakRssMb: ended.peakRssMb,
        cpuMs: ended.cpuMs,
        outsideWrites: [],
        ...(ended.reason === undefined ? {} : { reason: ended.reason }),
      };
    } finally {
      for (const link of links) unlinkSync(link);
      rmSync(scratch, { recursive: true, force: true });
    }
  }
}

/** A link replaces a mount, unless the project has a file at its path. */
function linkMounts(run: SandboxRun): readonly string[] {
  return (run.mounts ?? []).flatMap(({ source, target }) => {
    const link = join(run.workspace, target);
    if (isAbsolute(target) || existsSync(link) || !existsSync(dirname(link))) return [];
    symlinkSync(source, link);
    return [link];
  });
}
