import { readFileSync } from 'node:fs';
import { identify, isAlive } from './processes.mjs';

const LOOK_EVERY_MS = 500;
const SHELLS = new Set(['sh', 'dash', 'bash', 'zsh', 'ash', 'busybox']);

function nameAndParent(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const end = text.lastIndexOf(')');
  return { name: text.slice(text.indexOf('(') + 1, end), parent: Number(text.slice(end + 2).split(' ')[1]) };
}

/** Our parent, and above shells what started them: under `npm run` that is npm. */
export function launchers(pid = process.ppid, look = nameAndParent) {
  const found = [];
  for (let current = pid; current > 1 && found.length < 4;) {
    found.push(current);
    const { name, parent } = look(current);
    if (!SHELLS.has(name)) break;
    current = parent;
  }
  return found;
}

/**
 * Calls once when npm, which started us, is gone: killed with -9 it passes no signal on. Started directly, we watch nobody:
 * a shell may end and leave us in the background on purpose.
 */
export function watchParents(onGone, { env = process.env } = {}) {
  if (!env.npm_lifecycle_event || process.platform !== 'linux') return;
  const watched = launchers().flatMap((pid) => identify(pid) ?? []);
  const timer = setInterval(() => {
    if (watched.every(isAlive)) return;
    clearInterval(timer);
    onGone();
  }, LOOK_EVERY_MS);
  timer.unref();
}
