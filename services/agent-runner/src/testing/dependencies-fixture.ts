import { join } from 'node:path';
import type { Result } from '@ymera/kernel';
import type { SandboxOutcome } from '../sandbox/sandbox';
import { Dependencies, type DependenciesOptions } from '../workspace/dependencies/dependencies';
import type { PreparedProject } from '../workspace/dependencies/installation';
import type { Workspace } from '../workspace/workspace';
import { GitFixture } from './git-fixture';
import { SandboxFixture } from './sandbox-fixture';

/** A repository whose packages are prepared in the real sandbox. */
export class DependenciesFixture {
  readonly sandbox = new SandboxFixture();
  readonly repository = new GitFixture();
  readonly folder = join(this.sandbox.folder, 'dependencies');
  private readonly workspaces = this.sandbox.workspaces(join(this.sandbox.folder, 'workspaces'));

  async open(commit: string, alsoNeeded: readonly string[] = []): Promise<Workspace> {
    const workspace = await this.workspaces.prepare({ url: this.repository.folder, commit, alsoNeeded });
    if (!workspace.ok) throw new Error(workspace.error.message);
    return workspace.value;
  }

  /** Commits files, removes those that are null, and prepares the packages of the commit. */
  async prepare(
    files: Record<string, string | null>,
    options: Partial<DependenciesOptions>,
    base?: string,
  ): Promise<{ readonly workspace: Workspace; readonly prepared: Result<PreparedProject> }> {
    const workspace = await this.open(this.repository.commit(files), base === undefined ? [] : [base]);
    const dependencies = new Dependencies(this.sandbox.bubblewrap, {
      folder: this.folder,
      network: true,
      ...options,
    });
    const signal = new AbortController().signal;
    const prepared = await dependencies.prepare(workspace, signal, base === undefined ? {} : { base });
    return { workspace, prepared };
  }

  /** Runs a command of the project in the way its tests run. */
  run(workspace: Workspace, prepared: Result<PreparedProject>, command: string): Promise<SandboxOutcome> {
    if (!prepared.ok) throw new Error(`${prepared.error.code}: ${prepared.error.message}`);
    return this.sandbox.bubblewrap.run({
      ...prepared.value,
      profile: 'project',
      command,
      workspace: workspace.copy,
      timeoutMs: 300_000,
    });
  }

  close(): void {
    this.repository.close();
    this.sandbox.close();
  }
}
