import { rm, stat } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { GitError, gitTimeoutMs, type Git } from './git';

/**
 * A lock file older than this belongs to a git that died: a live git is killed at `gitTimeoutMs`, and the rest is a margin
 * for a slow machine. A longer time would only delay a landing.
 */
const staleLockMs = gitTimeoutMs + 5_000;

/** The lock of the ref, or that of HEAD, which git also takes when HEAD names the ref. */
const lockInTheWay = /Unable to create '(.+\.lock)': File exists/;

/**
 * `git update-ref` that removes the stale lock files of a git that died. The caller must prevent concurrent writes of
 * another value to this ref: two processes that remove the same lock at once may both continue.
 */
export async function updateRef(git: Git, repository: string, args: readonly string[]): Promise<void> {
  await despiteStaleLocks(repository, () => git.run(['update-ref', ...args], { repository }));
}

/** The same for any git command that writes refs. */
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
