import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Runs git for a test; standard output without its last line end. */
export const git = (folder: string, ...args: string[]): string =>
  execFileSync(
    'git',
    ['-C', folder, '-c', 'user.name=test', '-c', 'user.email=test@example.invalid', ...args],
    {
      encoding: 'utf8',
      env: {
        ...process.env,
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'safe.directory',
        GIT_CONFIG_VALUE_0: '*',
      },
    },
  ).trimEnd();

/** A small project whose tests pass, and whose sum is slow but correct. */
export const workingProject: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify(
    { name: 'sums', private: true, type: 'module', scripts: { test: 'node --test' } },
    null,
    2,
  ),
  'src/sum.mjs': 'export const sum = (numbers) => numbers.reduce((all, number) => all + number, 0);\n',
  'test/sum.test.mjs':
    "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { sum } from '../src/sum.mjs';\n\n" +
    "test('adds', () => {\n  assert.equal(sum([1, 2, 3]), 6);\n});\n",
};

/** Repositories of one test file, deleted at its end. */
export class Repositories {
  private readonly root = mkdtempSync(join(tmpdir(), 'ymera-e2e-'));

  /** One commit of these files on `main`; the script `change.sh` is what the command agent runs in its working copy. */
  create(name: string, files: Readonly<Record<string, string>>, change?: string): string {
    const folder = join(this.root, name);
    mkdirSync(folder);
    git(folder, 'init', '--quiet', '--initial-branch=main');
    for (const [path, content] of Object.entries({
      ...files,
      ...(change === undefined ? {} : { 'change.sh': change }),
    })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
      if (path.endsWith('.sh')) chmodSync(join(folder, path), 0o755);
    }
    git(folder, 'add', '--all');
    git(folder, 'commit', '--quiet', '--message', 'The project');
    return folder;
  }

  path(...parts: string[]): string {
    return join(this.root, ...parts);
  }

  link(target: string, path: string): void {
    symlinkSync(target, path);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
