import { execFile, execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Combination } from './combination';

const execute = promisify(execFile);
const preparingMs = 600_000;
const maxOutputBytes = 64 * 1024 * 1024;

/** A person's git, without the settings of the user that runs the tests. */
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

/** A person's PATH: npm puts the programs of this checkout in front of it. */
const personsPath = (): string =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((path) => !path.split('/').includes('node_modules'))
    .join(delimiter);

/** Creates the combination's project below `folder`; returns the path to register. */
export async function createRepository(combination: Combination, folder: string): Promise<string> {
  const repository = join(folder, 'project');
  const beside = join(folder, 'beside');
  for (const path of [repository, beside]) await mkdir(path, { recursive: true });
  const run = async (program: string, ...args: readonly string[]): Promise<string> => {
    const { stdout } = await execute(program, args, {
      cwd: repository,
      timeout: preparingMs,
      maxBuffer: maxOutputBytes,
      env: { ...process.env, ...gitEnvironment, PATH: personsPath(), TMP: beside },
    });
    return stdout.trim();
  };
  const { objectFormat = 'sha1', files, prepare, publish } = combination;
  await run('git', 'init', '--quiet', '--initial-branch=main', `--object-format=${objectFormat}`);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(repository, path)), { recursive: true });
    await writeFile(join(repository, path), content);
  }
  if (prepare !== undefined) await run('sh', '-e', '-c', prepare);
  await run('git', 'add', '--all');
  await run('git', 'commit', '--quiet', '--message', 'The project');
  return (publish === undefined ? '' : await run('sh', '-e', '-c', publish)) || repository;
}

/** Paths of a branch's tree. */
export const pathsOf = (repository: string, branch: string): readonly string[] =>
  execFileSync('git', ['-C', repository, 'ls-tree', '-r', '-z', '--name-only', `refs/heads/${branch}`], {
    encoding: 'utf8',
    env: { ...process.env, ...gitEnvironment },
    maxBuffer: maxOutputBytes,
  })
    .split('\0')
    .filter((path) => path !== '');
