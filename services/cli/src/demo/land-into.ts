import { chown, lchown, mkdtemp, readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Account } from '@ymera/git';
import { git, gitAs } from './git';
import { removeFolder } from './repositories';

/**
 * Fetches the result into the person’s repository as a branch of its own, and changes nothing else. New files
 * belong to the repository’s owner, also under root: else the owner could not pack, prune or fetch any more.
 */
export async function landInto(
  repository: string,
  clone: string,
  branch: string,
  requestId: string,
): Promise<string> {
  const target = `ymera/${requestId}`;
  const refs = `refs/heads/${branch}:refs/heads/${target}`;
  const owner = await otherOwnerOf(repository);
  if (owner === undefined) await git(repository, ...fetch, clone, refs);
  else if (await canEnter(owner, repository)) await landAs(owner, repository, { clone, branch, refs });
  else await landAndGive(owner, repository, [...fetch, clone, refs]);
  return target;
}

const fetch = [
  'fetch',
  '--quiet',
  '--no-tags',
  '--no-write-fetch-head',
  '--no-recurse-submodules',
  '--no-auto-maintenance',
] as const;

const commonFolder = (repository: string): Promise<string> =>
  git(repository, 'rev-parse', '--path-format=absolute', '--git-common-dir');

/** Undefined where we are the owner, or cannot change the account. */
async function otherOwnerOf(repository: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const { uid, gid } = await stat(await commonFolder(repository));
  return uid === 0 ? undefined : { uid, gid };
}

/** A repository may lie below a folder that only root can enter. */
const canEnter = (owner: Account, repository: string): Promise<boolean> =>
  gitAs(owner, repository, 'rev-parse', '--git-dir').then(
    () => true,
    () => false,
  );

/** Gives new files to the owner afterwards. */
async function landAndGive(
  { uid, gid }: Account,
  repository: string,
  command: readonly string[],
): Promise<void> {
  const folder = await commonFolder(repository);
  const below = async (): Promise<string[]> =>
    (await readdir(folder, { recursive: true })).map((name) => join(folder, name));
  const before = new Set(await below());
  try {
    await git(repository, ...command);
  } finally {
    for (const path of await below()) if (!before.has(path)) await lchown(path, uid, gid);
  }
}

/** The owner may be unable to enter the folder of our clone, so the missing objects are passed in a file of the owner's. */
async function landAs(
  owner: Account,
  repository: string,
  { clone, branch, refs }: { readonly clone: string; readonly branch: string; readonly refs: string },
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ymera-land-'));
  try {
    const bundle = join(folder, 'landed.bundle');
    const has = await gitAs(owner, repository, 'rev-parse', '--verify', 'HEAD^{commit}');
    const lacks = ['--ignore-missing', `refs/heads/${branch}`, `^${has}`];
    await git(clone, 'bundle', 'create', '--quiet', bundle, ...lacks);
    for (const path of [bundle, folder]) await chown(path, owner.uid, owner.gid);
    await gitAs(owner, repository, ...fetch, bundle, refs);
  } finally {
    await removeFolder(folder);
  }
}
