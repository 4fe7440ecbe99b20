import { chown, mkdtemp, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Account, git, gitAs } from './git';
import { removeFolder } from './repositories';

/**
 * Fetches the result into the person’s repository as a branch of its own, and touches nothing else. What is written there
 * belongs to the repository’s owner, also when root does it: else its owner could not pack, prune or fetch any more.
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
  if (owner) await landAs(owner, repository, { clone, branch, refs });
  else await git(repository, ...fetch, clone, refs);
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

/** Undefined where we write as the owner anyway, or cannot become somebody else. */
async function otherOwnerOf(repository: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const folder = await git(repository, 'rev-parse', '--path-format=absolute', '--git-common-dir');
  const { uid, gid } = await stat(folder);
  return uid === 0 ? undefined : { uid, gid };
}

/** The owner may not be able to enter the folder of our clone, so they get what they lack of it in a file of their own. */
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
