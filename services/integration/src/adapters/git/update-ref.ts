import { rm, stat } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { GitError, gitTimeoutMs, type Git } from './git';

/**
 * A lock file older than this was left by a git that died: a living one is killed at `gitTimeoutMs`, and what comes on top
 * is for a machine that is slow to kill it. Longer would only keep a landing waiting for nobody.
 */
const staleLockMs = gitTimeoutMs + 5_000;

/** The ref's own lock, or that of HEAD, which git takes too when HEAD names the ref. */
const lockInTheWay = /Unable to create '(.+\.lock)': File exists/;

/**
 * `git update-ref` that is not stopped for ever by the lock files of a git that died. Whoever calls it sees to it that
 * nobody else writes another value to this ref: two that remove the same lock at once may both go on.
 */
export async function updateRef(git: Git, repository: string, args: readonly string[]): Promise<void> {
  await despiteStaleLocks(repository, () => git.run(['update-ref', ...args], { repository }));
}

/** The same for any git that writes refs. */
export async function despiteStaleLocks<T>(repository: string, write: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!(await removeStaleLock(error, repository))) throw error;
    }
  }
}

async function removeStaleLock(error: unknown, repository: string): Promise<boolean> {
  const [, named] = (error instanceof GitError && lockInTheWay.exec(error.stderr)) || [];
  if (named === undefined) return false;
  const path = resolve(named);
  if (!path.startsWith(resolve(repository) + sep)) return false;
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || Date.now() - found.mtimeMs < staleLockMs) return false;
  await rm(path, { force: true });
  return true;
}
