import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { Task, TaskResult } from '@ymera/agent-sdk';
import { task } from '@ymera/contracts';
import type { ToolAgent } from '../agents/agent';
import { ToolAgents } from '../agents/tool-agents';
import type { Sandbox } from '../sandbox/sandbox';
import { builtTools, sampleProject, type Sample } from './built-tools';
import { GitFixture } from './git-fixture';
import { SandboxFixture } from './sandbox-fixture';

export interface Attempt {
  readonly result: TaskResult;
  readonly log: string;
  readonly steps: readonly string[];
}

/** The reference agents on a real repository in the real sandbox; only the broker is missing. */
export class AgentFixture {
  readonly repository = new GitFixture();
  private readonly sandboxes = new SandboxFixture();
  readonly stateFolder = join(this.sandboxes.folder, 'state');

  agents(sandbox: Sandbox = this.sandboxes.bubblewrap): ToolAgents {
    return new ToolAgents({
      sandbox,
      workspaces: this.sandboxes.workspaces(join(this.stateFolder, 'workspaces'), sandbox),
      stateFolder: this.stateFolder,
      dependencyNetwork: false,
      toolsFolder: builtTools(),
    });
  }

  get unconfined(): Sandbox {
    return this.sandboxes.unconfined;
  }

  /** Commits a shipped sample project, and returns the commit. */
  commitSample(name: Sample = 'guest-list'): string {
    cpSync(sampleProject(name), this.repository.folder, { recursive: true });
    return this.repository.commit({});
  }

  async run(
    agent: ToolAgent,
    given: Partial<Task> & Pick<Task, 'type' | 'base'>,
    signal?: AbortSignal,
  ): Promise<Attempt> {
    const log: string[] = [];
    const steps: string[] = [];
    const result = await agent.run(
      task.payload.parse({
        ...task.sample,
        workspace_url: this.repository.folder,
        deadline: new Date(Date.now() + 60_000).toISOString(),
        ...given,
      }),
      {
        signal: signal ?? new AbortController().signal,
        progress: (_, step) => steps.push(step),
        log: (text) => log.push(text),
        workspaceCredential: { username: 'runner-1', password: 'secret' },
      },
    );
    return { result, log: log.join(''), steps };
  }

  /** Creates a commit from the patch on its base, as the integration service does. */
  applyChange(change: NonNullable<TaskResult['change']>): { commit: string; tree: string } {
    this.repository.git('checkout', '--quiet', change.base);
    this.repository.apply(change.patch);
    const commit = this.repository.commit({});
    const tree = this.repository.git('rev-parse', 'HEAD^{tree}');
    this.repository.git('checkout', '--quiet', 'main');
    return { commit, tree };
  }

  close(): void {
    this.repository.close();
    this.sandboxes.close();
  }
}
