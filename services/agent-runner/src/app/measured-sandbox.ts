import type { ResourceUsage } from '@ymera/agent-sdk';
import { withSpan } from '@ymera/observability';
import type { Sandbox, SandboxMount, SandboxOutcome, SandboxRun } from '../sandbox/sandbox';

/** A sandbox that measures its commands: the CPU and memory figures of an agent's reports. */
export class MeasuredSandbox implements Sandbox {
  readonly name;
  readonly owner;
  private readonly running = new Map<symbol, { rssMb: number; cpuPercent: number }>();

  constructor(private readonly sandbox: Sandbox) {
    this.name = sandbox.name;
    this.owner = sandbox.owner;
  }

  workspacePath(workspace: string): string {
    return this.sandbox.workspacePath(workspace);
  }

  mountPath(mount: SandboxMount): string {
    return this.sandbox.mountPath(mount);
  }

  /** The sum over all running commands; zero without any. */
  usage(): ResourceUsage {
    const all = [...this.running.values()];
    return {
      cpu_percent: all.reduce((sum, { cpuPercent }) => sum + cpuPercent, 0),
      memory_mb: all.reduce((sum, { rssMb }) => sum + rssMb, 0),
    };
  }

  /** The command's own text is not part of the span: it may contain a secret. */
  run(run: SandboxRun): Promise<SandboxOutcome> {
    const attributes = { 'ymera.sandbox': this.name, 'ymera.sandbox_profile': run.profile };
    return withSpan(`run ${run.profile}`, { attributes }, async (span) => {
      const outcome = await this.measured(run);
      span.setAttribute('process.exit.code', outcome.exitCode ?? -1);
      return outcome;
    });
  }

  private async measured(run: SandboxRun): Promise<SandboxOutcome> {
    const key = Symbol('run');
    let last = { cpuMs: 0, at: Date.now() };
    this.running.set(key, { rssMb: 0, cpuPercent: 0 });
    try {
      return await this.sandbox.run({
        ...run,
        onUsage: (usage) => {
          const now = Date.now();
          const cpuPercent = ((usage.cpuMs - last.cpuMs) / Math.max(1, now - last.at)) * 100;
          last = { cpuMs: usage.cpuMs, at: now };
          this.running.set(key, { rssMb: usage.rssMb, cpuPercent: Math.max(0, cpuPercent) });
          run.onUsage?.(usage);
        },
      });
    } finally {
      this.running.delete(key);
    }
  }
}
