import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ChangeLimits } from '@ymera/config';
import type { Result } from '@ymera/kernel';
import type { CollectedChange } from '../workspace/collect-change';
import type { Workspace } from '../workspace/workspace';
import { GitFixture } from './git-fixture';
import { patchText } from './patch-text';
import { defaultChangeLimits, SandboxFixture } from './sandbox-fixture';

type Work = (copy: string) => unknown;

/** The path of a file in a working copy; creates its folder. */
export const at = (copy: string, path: string): string => {
  mkdirSync(dirname(join(copy, path)), { recursive: true });
  return join(copy, path);
};

export const write =
  (files: Readonly<Record<string, string | Buffer>>) =>
  (copy: string): void => {
    for (const [path, content] of Object.entries(files)) writeFileSync(at(copy, path), content);
  };

/** A tracked file that is changed. */
export const edit = write({ 'src/sum.mjs': 'export const sum = (a, b) => b + a;\n' });

/** Working copies of a repository that has a submodule, ignored files and a fixture called node_modules. */
export class CollectionFixture {
  private readonly library = new GitFixture();
  readonly repository = new GitFixture();
  private readonly sandbox = new SandboxFixture();
  readonly base: string;

  constructor() {
    const { repository, library } = this;
    library.commit({ 'one.mjs': 'export const one = 1;\n' });
    repository.commit({
      'package.json': '{}\n',
      'package-lock.json': '{}\n',
      'src/sum.mjs': 'export const sum = (a, b) => a + b;\n',
      'lib/kept.mjs': '',
      '.gitignore': '*.log\nbuild/\n/lib/\ngenerated/\n',
      'test/fixtures/node_modules/one/index.js': 'module.exports = 1;\n',
    });
    repository.git('add', '--force', 'lib/kept.mjs', 'test/fixtures');
    const submodule = ['submodule', '--quiet', 'add', library.folder, 'vendor/lib'];
    repository.git('-c', 'protocol.file.allow=always', ...submodule);
    repository.git('commit', '--quiet', '--message', 'base');
    this.base = repository.git('rev-parse', 'HEAD');
  }

  close(): void {
    this.repository.close();
    this.library.close();
    this.sandbox.close();
  }

  /** Runs like a command in its working copy. */
  git(folder: string, ...args: string[]): string {
    const options = ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'protocol.file.allow=always'];
    return execFileSync('git', [...options, ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        HOME: this.sandbox.folder,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'safe.directory',
        GIT_CONFIG_VALUE_0: '*',
      },
    }).trim();
  }

  async collected(work: Work, limits: ChangeLimits = defaultChangeLimits): Promise<Result<CollectedChange>> {
    return this.within(async (workspace) => {
      work(workspace.copy);
      return workspace.collectChange();
    }, limits);
  }

  async within<T>(use: (workspace: Workspace) => Promise<T>, limits = defaultChangeLimits): Promise<T> {
    const { sandbox, repository, base } = this;
    const workspaces = sandbox.workspaces(join(sandbox.folder, 'workspaces'), sandbox.bubblewrap, limits);
    const workspace = await workspaces.prepare({ url: repository.folder, commit: base, hasGit: true });
    if (!workspace.ok) throw new Error(workspace.error.message);
    try {
      return await use(workspace.value);
    } finally {
      await workspace.value.close();
    }
  }

  async change(work: Work): Promise<CollectedChange> {
    const result = await this.collected(work);
    if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
    return result.value;
  }

  /** Code and message. */
  async refusal(work: Work): Promise<string> {
    const result = await this.collected(work);
    return result.ok ? 'no refusal' : `${result.error.code}: ${result.error.message}`;
  }

  /** Severity and message of each finding. */
  async messages(work: Work): Promise<readonly string[]> {
    return (await this.change(work)).findings.map(({ severity, message }) => `${severity} ${message}`);
  }

  /** Status and path, sorted, of the patch's effect on the base. */
  async applied(work: Work): Promise<readonly string[]> {
    const text = patchText(await this.change(work));
    return this.onBase(() => {
      this.repository.apply(text);
      const listed = execFileSync('git', ['diff', '--cached', '--name-status', '--no-renames', '-z'], {
        cwd: this.repository.folder,
      });
      const fields = listed.toString('latin1').split('\0').filter(Boolean);
      const pairs = fields.flatMap((status, index) =>
        index % 2 === 0 ? [`${status} ${fields[index + 1] ?? ''}`] : [],
      );
      return pairs.sort();
    });
  }

  /** With the base checked out, which is restored afterwards. */
  onBase<T>(use: () => T): T {
    this.repository.git('checkout', '--quiet', this.base);
    try {
      return use();
    } finally {
      this.repository.git('reset', '--quiet', '--hard');
      this.repository.git('checkout', '--quiet', 'main');
    }
  }
}
