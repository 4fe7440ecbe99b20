import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from '../failure.mjs';
import { readJson } from '../json.mjs';
import { identify, isAlive } from './processes.mjs';

/**
 * @import { ProcessIdentity } from './processes.mjs'
 * @typedef {{ taken: true, release(): void }} HeldLock
 * @typedef {{ taken: false, holder: { pid: number } }} RefusedLock
 */

/** @param {string} path */
function holderOf(path) {
  try {
    return /** @type {ProcessIdentity} */ (readJson(path));
  } catch {
    return undefined;
  }
}

/**
 * Removes the lock of a dead holder. Another launcher may do the same at this moment: a lock of a living holder is put back.
 * @param {string} path
 */
function clearStale(path) {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const holder = holderOf(aside);
  if (holder && isAlive(holder)) linkSync(aside, path);
  rmSync(aside, { force: true });
}

/**
 * Takes the lock for this process, or returns its holder. A lock whose holder died is taken over.
 * The file appears by link, complete: a reader never sees half of it.
 * @param {string} path
 * @returns {HeldLock | RefusedLock}
 */
export function tryLock(path) {
  mkdirSync(dirname(path), { recursive: true });
  const own = identify(process.pid);
  const draft = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  // A new file, or none: an existing file of that name may be a link to a file of the user's.
  writeFileSync(draft, JSON.stringify(own), { flag: 'wx' });
  try {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      try {
        linkSync(draft, path);
        return { taken: true, release: () => rmSync(path, { force: true }) };
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error;
      }
      const holder = holderOf(path);
      if (holder && isAlive(holder)) return { taken: false, holder };
      clearStale(path);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return { taken: false, holder: holderOf(path) ?? { pid: 0 } };
}

/**
 * Waits for the lock until the timeout; `onWait` is called once with the holder.
 * @param {string} path
 * @param {{ timeoutMs: number, onWait?: (holder: { pid: number }) => void }} options
 */
export async function waitForLock(path, { timeoutMs, onWait }) {
  const deadline = Date.now() + timeoutMs;
  let reported = false;
  for (;;) {
    const lock = tryLock(path);
    if (lock.taken) return lock;
    if (!reported) onWait?.(lock.holder);
    reported = true;
    if (Date.now() > deadline) return lock;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
