import { carriesMarker, identify, isAlive, listProcesses, send } from '../machine/processes.mjs';

/**
 * @import { ProcessIdentity, ProcessRow } from '../machine/processes.mjs'
 * @typedef {ReturnType<typeof createFamily>} ProcessFamily
 */

const POLL_INTERVAL_MS = 50;
/** After SIGKILL: longer than the kernel needs, unless a process is stuck in it. */
const KILL_TIMEOUT_MS = 1_500;

/**
 * The processes in `table` that descend from the given ones, by parent or by session. An orphan (its parent died) is still
 * found by its session.
 * @param {readonly Pick<ProcessRow, 'pid' | 'parent' | 'session'>[]} table
 * @param {Iterable<number>} roots
 */
export function descendants(table, roots) {
  const family = new Set(roots);
  for (let grown = true; grown;) {
    grown = false;
    for (const row of table) {
      if (family.has(row.pid) || !(family.has(row.parent) || family.has(row.session))) continue;
      family.add(row.pid);
      grown = true;
    }
  }
  return family;
}

/**
 * Records the processes that supervised processes started, also after a parent in between has died.
 * @param {{ marker: string, spare?: readonly number[] }} options `spare`: pids that never belong to the family
 */
export function createFamily({ marker, spare = [] }) {
  /** @type {Map<number, ProcessIdentity>} */
  const known = new Map();
  const spared = new Set(spare);

  /** @param {ProcessRow} row */
  function remember(row) {
    if (!row.zombie && !spared.has(row.pid)) known.set(row.pid, { pid: row.pid, started: row.started });
  }

  return {
    /** @param {number} pid */
    add(pid) {
      const identity = identify(pid);
      if (identity) known.set(pid, identity);
      return identity;
    },
    /** Adds new descendants; `thorough` also reads environments, which finds processes that left their session. */
    refresh({ thorough = false } = {}) {
      const table = listProcesses();
      for (const [pid, identity] of known) {
        const row = table.find((candidate) => candidate.pid === pid);
        if (!row || row.zombie || row.started !== identity.started) known.delete(pid);
      }
      if (thorough) {
        for (const row of table) if (!known.has(row.pid) && carriesMarker(row.pid, marker)) remember(row);
      }
      const family = descendants(table, known.keys());
      for (const row of table) if (family.has(row.pid)) remember(row);
    },
    members: () => [...known.values()],
    alive: () => [...known.values()].filter(isAlive),
  };
}

/**
 * Ends a family: a signal, SIGKILL after the grace period, and another refresh for processes that were started meanwhile.
 * @param {ProcessFamily} family
 * @param {{ graceMs: number, timeoutMs?: number, signalOf?: (pid: number) => NodeJS.Signals }} options
 * @returns {Promise<number>} the number of processes that are left: 0 unless one is stuck in the kernel
 */
export async function endFamily(
  family,
  { graceMs, timeoutMs = graceMs + KILL_TIMEOUT_MS, signalOf = () => 'SIGTERM' },
) {
  /** @type {Set<number>} */
  const signalled = new Set();
  const startedAt = Date.now();
  for (;;) {
    family.refresh({ thorough: true });
    const alive = family.alive();
    const elapsed = Date.now() - startedAt;
    if (alive.length === 0 || elapsed > timeoutMs) return alive.length;
    for (const { pid } of alive) {
      if (elapsed >= graceMs) send(pid, 'SIGKILL');
      else if (!signalled.has(pid)) {
        signalled.add(pid);
        send(pid, signalOf(pid));
      }
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  }
}
