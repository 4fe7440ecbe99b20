import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/**
 * A process is identified by its pid and its start time: the system reuses a pid, and a signal by pid alone could reach
 * another process.
 * @typedef {{ pid: number, started: string }} ProcessIdentity
 * @typedef {ProcessIdentity & { parent: number, group: number, session: number, zombie: boolean }} ProcessRow
 */

/**
 * Parses one line of /proc/<pid>/stat. The command name may hold spaces and brackets, so fields count from its end.
 * @param {string} text
 * @returns {ProcessRow}
 */
export function parseStat(text) {
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ');
  return {
    pid: Number.parseInt(text, 10),
    zombie: fields[0] === 'Z' || fields[0] === 'X',
    parent: Number(fields[1]),
    group: Number(fields[2]),
    session: Number(fields[3]),
    started: fields[19] ?? '',
  };
}

/** @param {number | string} pid */
function readProc(pid) {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * @param {readonly string[]} args
 * @returns {ProcessRow[]}
 */
function listByPs(args) {
  const output = execFileSync('ps', [...args, '-o', 'pid=,ppid=,pgid=,stat=,lstart='], { encoding: 'utf8' });
  return output.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line);
    if (!match) return [];
    const [, pid, parent, group, state = '', started = ''] = match;
    const row = { pid: Number(pid), parent: Number(parent), group: Number(group), started };
    return [{ ...row, session: row.group, zombie: state.startsWith('Z') }];
  });
}

/** Every process of this machine, zombies included. */
export function listProcesses() {
  if (process.platform !== 'linux') return listByPs(['-A']);
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (readProc(name) ?? []) : []));
}

/**
 * The process that has this pid now; undefined when there is none. A zombie counts as none.
 * @param {number} pid
 * @returns {ProcessIdentity | undefined}
 */
export function identify(pid) {
  /** @type {ProcessRow | undefined} */
  let row;
  if (process.platform === 'linux') {
    row = readProc(pid);
  } else {
    try {
      [row] = listByPs(['-p', String(pid)]);
    } catch {
      row = undefined;
    }
  }
  return row && !row.zombie ? { pid: row.pid, started: row.started } : undefined;
}

/** @param {ProcessIdentity | undefined} identity */
export function isAlive(identity) {
  return identity !== undefined && identify(identity.pid)?.started === identity.started;
}

/**
 * Whether the environment of the process contains the marker; false where it cannot be read.
 * @param {number} pid
 * @param {string} marker
 */
export function carriesMarker(pid, marker) {
  try {
    return readFileSync(`/proc/${pid}/environ`).includes(marker);
  } catch {
    return false;
  }
}

/**
 * Sends a signal; false when there is no such process. A negative pid means its group.
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
export function send(pid, signal) {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
