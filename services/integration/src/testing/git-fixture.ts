import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A real repository with a working tree, as of a person; git runs with that person's settings. */
export class SourceRepository {
  private constructor(readonly path: string) {}

  static create(
    options: { readonly branch?: string; readonly format?: 'sha1' | 'sha256' } = {},
  ): SourceRepository {
    const repository = new SourceRepository(mkdtempSync(join(tmpdir(), 'ymera-source-')));
    const { branch = 'main', format = 'sha1' } = options;
    repository.git('init', '--quiet', `--initial-branch=${branch}`, `--object-format=${format}`);
    return repository;
  }

  git(...args: string[]): string {
    return this.output(args).trimEnd();
  }

  private output(args: readonly string[], input = ''): string {
    return execFileSync('git', args, {
      input,
      cwd: this.path,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
      maxBuffer: 256 * 1024 * 1024,
      env: {
        PATH: process.env['PATH'],
        HOME: this.path,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_AUTHOR_NAME: 'ada',
        GIT_AUTHOR_EMAIL: 'ada@example.org',
        GIT_COMMITTER_NAME: 'ada',
        GIT_COMMITTER_EMAIL: 'ada@example.org',
        GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z',
        GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
        GIT_ALLOW_PROTOCOL: 'file',
      },
    });
  }

  write(path: string, content: string | Buffer, mode?: number): this {
    mkdirSync(dirname(join(this.path, path)), { recursive: true });
    writeFileSync(join(this.path, path), content);
    if (mode !== undefined) chmodSync(join(this.path, path), mode);
    return this;
  }

  link(path: string, target: string): this {
    mkdirSync(dirname(join(this.path, path)), { recursive: true });
    rmSync(join(this.path, path), { force: true });
    symlinkSync(target, join(this.path, path));
    return this;
  }

  commit(message = 'work'): string {
    this.git('add', '--all', '--force');
    this.git('commit', '--quiet', '--allow-empty', '--message', message);
    return this.git('rev-parse', 'HEAD');
  }

  /** Adds commits on top of a branch, all in one process: a long history in little time. */
  lengthen(branch: string, commits: number): this {
    const stream = Array.from({ length: commits }, (_, index) =>
      [
        `commit refs/heads/${branch}`,
        `committer ada <ada@example.org> ${1_767_225_601 + index} +0000`,
        `data <<END\nround ${index}\nEND`,
        ...(index === 0 ? ['from refs/heads/main^0'] : []),
        `M 100644 inline ${branch}.txt\ndata <<END\n${index}\nEND\n`,
      ].join('\n'),
    ).join('\n');
    this.output(['fast-import', '--quiet', '--force'], `${stream}\ndone\n`);
    return this;
  }

  /** The effect of `edit` on the working tree, as a patch against HEAD and as a tree; the working tree is restored. */
  propose(
    edit: (repository: this) => void,
    ...options: string[]
  ): { readonly patch: string; readonly tree: string } {
    edit(this);
    this.git('add', '--all', '--force');
    const tree = this.git('write-tree');
    const patch = this.output(['diff', '--cached', '--binary', ...options, 'HEAD']);
    this.git('reset', '--quiet', '--hard');
    this.git('clean', '--quiet', '-fdx');
    return { patch, tree };
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A small valid project. */
export function sampleSource(options: Parameters<typeof SourceRepository.create>[0] = {}): SourceRepository {
  const source = SourceRepository.create(options);
  source
    .write('package.json', JSON.stringify({ scripts: { test: 'node --test' } }))
    .write('src/unique.js', 'exports.unique = (xs) => xs.filter((x, i) => xs.indexOf(x) === i);\n')
    .write('test/unique.test.js', "require('node:test')('unique', () => {});\n")
    .commit('first');
  return source;
}
