import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Combination } from './combination';

const preparingMs = 600_000;

/** As a person's git, without the settings of whoever runs the tests. */
const gitEnvironment = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_COUNT: '2',
  GIT_CONFIG_KEY_0: 'safe.directory',
  GIT_CONFIG_VALUE_0: '*',
  GIT_CONFIG_KEY_1: 'protocol.file.allow',
  GIT_CONFIG_VALUE_1: 'always',
  GIT_AUTHOR_NAME: 'ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_COMMITTER_NAME: 'ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
};

/** Makes the combination's project below `folder`; the path to register. */
export function createRepository(combination: Combination, folder: string): string {
  const repository = join(folder, 'project');
  const beside = join(folder, 'beside');
  for (const path of [repository, beside]) mkdirSync(path, { recursive: true });
  const run = (program: string, ...args: readonly string[]): string =>
    execFileSync(program, args, {
      cwd: repository,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: preparingMs,
      env: { ...process.env, ...gitEnvironment, TMP: beside },
    }).trim();
  const { objectFormat = 'sha1', files, prepare, publish } = combination;
  run('git', 'init', '--quiet', '--initial-branch=main', `--object-format=${objectFormat}`);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(repository, path)), { recursive: true });
    writeFileSync(join(repository, path), content);
  }
  if (prepare !== undefined) run('sh', '-e', '-c', prepare);
  run('git', 'add', '--all');
  run('git', 'commit', '--quiet', '--message', 'The project');
  return (publish === undefined ? '' : run('sh', '-e', '-c', publish)) || repository;
}

/** Paths of a branch's tree. */
export const pathsOf = (repository: string, branch: string): readonly string[] =>
  execFileSync('git', ['-C', repository, 'ls-tree', '-r', '-z', '--name-only', `refs/heads/${branch}`], {
    encoding: 'utf8',
    env: { ...process.env, ...gitEnvironment },
    maxBuffer: 64 * 1024 * 1024,
  })
    .split('\0')
    .filter((path) => path !== '');
