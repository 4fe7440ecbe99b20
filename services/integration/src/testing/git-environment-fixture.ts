import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Git } from '../adapters/git/git';
import { GitBranches } from '../adapters/git/git-branches';
import { GitChangeReader } from '../adapters/git/git-change-reader';
import { prepareGitEnvironment } from '../adapters/git/git-environment';
import { GitProjectRepositories } from '../adapters/git/git-project-repositories';
import { GitPushIntents, GitUpstreams } from '../adapters/git/git-upstreams';
import { GitCommitBuilders } from '../adapters/git/git-commit-builders';
import { prepareLayout, type RepositoryLayout } from '../adapters/git/repository-layout';
import { UpstreamAccess, type UpstreamCredentials } from '../adapters/git/upstream-access';
import type { SourcePolicy } from '../domain/project-source';

const path = process.env['PATH'] ?? '/usr/bin:/bin';

const noCredentials: UpstreamCredentials = {
  credentialsFile: undefined,
  sshKeyFile: undefined,
  knownHostsFile: undefined,
};

/** Real git below its own data directory. */
export class GitEnvironmentFixture {
  readonly git: Git;
  readonly layout: RepositoryLayout;
  readonly access: UpstreamAccess;
  readonly repositories: GitProjectRepositories;
  readonly upstreams: GitUpstreams;
  readonly pushIntents: GitPushIntents;
  readonly commitBuilders: GitCommitBuilders;
  readonly branches: GitBranches;
  readonly reader: GitChangeReader;

  constructor(
    readonly dataDir: string = mkdtempSync(join(tmpdir(), 'ymera-integration-')),
    policy: SourcePolicy = { roots: ['/'], hosts: [] },
    credentials: UpstreamCredentials = noCredentials,
    upstreamTimeoutMs = 20_000,
  ) {
    this.git = new Git(prepareGitEnvironment(dataDir, path), dataDir);
    this.layout = prepareLayout(dataDir);
    this.access = new UpstreamAccess(policy, credentials);
    const { git, layout, access } = this;
    this.repositories = new GitProjectRepositories(git, layout, { access, cloneTimeoutMs: 60_000 });
    this.upstreams = new GitUpstreams(git, layout, access, upstreamTimeoutMs);
    this.pushIntents = new GitPushIntents(git, layout);
    this.commitBuilders = new GitCommitBuilders(this.git, this.layout);
    this.branches = new GitBranches(this.git, this.layout);
    this.reader = new GitChangeReader(this.git, this.layout);
  }

  /** A git whose every process is killed at its start. */
  killedGit(): Git {
    const folder = join(this.dataDir, 'killed');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'git'), '#!/bin/sh\nkill -KILL $$\n', { mode: 0o755 });
    return new Git(prepareGitEnvironment(this.dataDir, folder), this.dataDir);
  }

  /** git in the bare repository of a project. */
  in(projectId: string, ...args: string[]): Promise<string> {
    return this.git.text(args, { repository: this.layout.repository(projectId) });
  }

  /** Copies a source as project `sample`; returns its head. */
  async adopt(source: string, projectId = 'sample'): Promise<string> {
    const staged = await this.repositories.stage({ kind: 'path', path: source }, undefined);
    if (!staged.ok) throw new Error(staged.error.code);
    await staged.value.publish(projectId);
    return staged.value.head;
  }

  remove(): void {
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
