import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { identify, isAlive } from './processes.mjs';

function holderOf(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Removes a dead holder's lock. Another launcher may do the same: what we took away alive, we put back. */
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
 * Takes the lock for this process, or says who holds it. A lock whose holder died is taken over.
 * The file appears by link, complete: a reader never sees half of it.
 * @returns {{ taken: true, release(): void } | { taken: false, holder: { pid: number } }}
 */
export function tryLock(path) {
  mkdirSync(dirname(path), { recursive: true });
  const own = identify(process.pid);
  const draft = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  // A new file, or none: what is there already under that name is not ours to write to.
  writeFileSync(draft, JSON.stringify(own), { flag: 'wx' });
  try {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      try {
        linkSync(draft, path);
        return { taken: true, release: () => rmSync(path, { force: true }) };
      } catch (error) {
        if (error.code !== 'EEXIST') throw error;
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

/** Waits for the lock; `onWait` hears once who holds it. */
export async function waitForLock(path, { timeoutMs, onWait }) {
  const deadline = Date.now() + timeoutMs;
  let told = false;
  for (;;) {
    const lock = tryLock(path);
    if (lock.taken) return lock;
    if (!told) onWait?.(lock.holder);
    told = true;
    if (Date.now() > deadline) return lock;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
