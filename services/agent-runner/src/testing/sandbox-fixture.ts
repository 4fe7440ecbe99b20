import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changeLimitsEnvironment, changeLimitsOf, type ChangeLimits } from '@ymera/config';
import { BubblewrapSandbox } from '../sandbox/bubblewrap-sandbox';
import { findHostNode, type HostNode } from '../sandbox/host-node';
import { RepositoryCache } from '../workspace/repository-cache';
import { Workspaces } from '../workspace/workspaces';
import type { Sandbox, SandboxOutcome, SandboxRun } from '../sandbox/sandbox';
import { UnconfinedSandbox } from '../sandbox/unconfined-sandbox';

export const defaultChangeLimits = changeLimitsOf(changeLimitsEnvironment.parse({}));

/** Real bubblewrap on a separate folder, removed by `close`. */
export class SandboxFixture {
  readonly folder = mkdtempSync(join(tmpdir(), 'ymera-sandbox-'));
  readonly workspace = join(this.folder, 'workspace');
  readonly hostNode: HostNode;
  readonly scratchFolder = join(this.folder, 'scratch');
  readonly bubblewrap: Sandbox;
  readonly unconfined: Sandbox;

  constructor(hidden: readonly string[] = [], path = (process.env['PATH'] ?? '').split(':')) {
    this.hostNode = findHostNode(path, process.execPath);
    const options = { scratchFolder: this.scratchFolder, hostNode: this.hostNode };
    this.bubblewrap = new BubblewrapSandbox({ ...options, hidden });
    this.unconfined = new UnconfinedSandbox(options);
    mkdirSync(this.workspace);
    if (this.bubblewrap.owner)
      chownSync(this.workspace, this.bubblewrap.owner.uid, this.bubblewrap.owner.gid);
  }

  run(command: string, run: Partial<SandboxRun> = {}): Promise<SandboxOutcome> {
    return this.bubblewrap.run({
      profile: 'command',
      command,
      workspace: this.workspace,
      timeoutMs: 20_000,
      ...run,
    });
  }

  /** Working copies for this sandbox, with a separate cache. */
  workspaces(
    folder: string,
    sandbox: Sandbox = this.bubblewrap,
    limits: ChangeLimits = defaultChangeLimits,
  ): Workspaces {
    const cache = new RepositoryCache({ folder: join(this.folder, 'repositories'), maxBytes: 2 ** 30 });
    return new Workspaces({ folder, owner: sandbox.owner, cache, limits });
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
