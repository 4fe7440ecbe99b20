import { cp, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { git } from './git';

const kept = 5;

/** The sample project as a repository of its own, with one commit. */
export async function sampleRepository(sample: string, folder: string): Promise<string> {
  const path = join(folder, 'sample');
  await rm(path, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await cp(sample, path, { recursive: true });
  const author = ['-c', 'user.name=YMERA', '-c', 'user.email=sample@ymera.invalid'];
  await git(path, 'init', '--quiet', '--initial-branch=main');
  await git(path, 'add', '--all');
  await git(path, ...author, 'commit', '--quiet', '--message', 'The sample project');
  return path;
}

/** A bare clone of what landed, for the person to look at; the oldest go, so that five stay. */
export async function keepClone(landed: string, folder: string, requestId: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${requestId}.git`);
  await git(folder, 'clone', '--quiet', '--bare', '--no-hardlinks', landed, path);
  const clones = (await readdir(folder)).filter((name) => name.endsWith('.git'));
  const aged = await Promise.all(
    clones.map(async (name) => ({ name, age: (await stat(join(folder, name))).mtimeMs })),
  );
  aged.sort((a, b) => b.age - a.age);
  for (const { name } of aged.slice(kept)) await rm(join(folder, name), { recursive: true, force: true });
  return path;
}

/** Fetches the result into the person’s repository as a branch of its own, and touches nothing else. */
export async function landInto(
  repository: string,
  clone: string,
  branch: string,
  requestId: string,
): Promise<string> {
  const target = `ymera/${requestId}`;
  await git(
    repository,
    'fetch',
    '--quiet',
    '--no-tags',
    '--no-write-fetch-head',
    '--no-recurse-submodules',
    '--no-auto-maintenance',
    clone,
    `refs/heads/${branch}:refs/heads/${target}`,
  );
  return target;
}
