import { readFileSync } from 'node:fs';
import { identify, isAlive } from './processes.mjs';

const CHECK_INTERVAL_MS = 500;
const MAX_PARENTS = 4;
const SHELLS = new Set(['sh', 'dash', 'bash', 'zsh', 'ash', 'busybox']);

/**
 * Undefined when the process has ended.
 * @param {number} pid
 */
function nameAndParent(pid) {
  let text;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  const end = text.lastIndexOf(')');
  return { name: text.slice(text.indexOf('(') + 1, end), parent: Number(text.slice(end + 2).split(' ')[1]) };
}

/**
 * Our parent, and the parents of shells above it: under `npm run` the last one is npm.
 * @param {(pid: number) => { name: string, parent: number } | undefined} read a process without an entry ends the search
 */
export function launchers(pid = process.ppid, read = nameAndParent) {
  /** @type {number[]} */
  const found = [];
  for (let current = pid; current > 1 && found.length < MAX_PARENTS;) {
    found.push(current);
    const row = read(current);
    if (!row || !SHELLS.has(row.name)) break;
    current = row.parent;
  }
  return found;
}

/**
 * Calls once when the npm that started us is gone: after `kill -9` it passes no signal on. Started by a shell we watch no
 * parent: a shell may end and leave us in the background on purpose.
 * @param {() => void} onGone
 */
export function watchParents(onGone, { env = process.env } = {}) {
  if (!env['npm_lifecycle_event'] || process.platform !== 'linux') return;
  const watched = launchers().flatMap((pid) => identify(pid) ?? []);
  const timer = setInterval(() => {
    if (watched.every(isAlive)) return;
    clearInterval(timer);
    onGone();
  }, CHECK_INTERVAL_MS);
  timer.unref();
}
