import { carriesMarker, identify, isAlive, listProcesses, send } from '../machine/processes.mjs';

const POLL_MS = 50;

/**
 * The processes that descend from the given ones, by parent or by session, among `table`.
 * Pure, so that the rule can be read and tested: a child that became nobody's (its parent died) is still found by session.
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

/** Remembers what the supervised processes started, also after a parent in between has died. */
export function createFamily({ marker, spare = [] }) {
  const known = new Map();
  const spared = new Set(spare);

  function remember(row) {
    if (!row.zombie && !spared.has(row.pid)) known.set(row.pid, { pid: row.pid, started: row.started });
  }

  return {
    add(pid) {
      const identity = identify(pid);
      if (identity) known.set(pid, identity);
      return identity;
    },
    /** Looks for new descendants; `thorough` also reads environments, which finds those that left their session. */
    look({ thorough = false } = {}) {
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
 * Ends a family: asks (TERM), waits, insists (KILL), and looks again for what was started meanwhile.
 * @returns {Promise<number>} how many are still there (0 unless something is stuck in the kernel)
 */
export async function endFamily(family, { graceMs, limitMs = graceMs + 1_500, signalOf = () => 'SIGTERM' }) {
  const asked = new Set();
  const startedAt = Date.now();
  for (;;) {
    family.look({ thorough: true });
    const alive = family.alive();
    const elapsed = Date.now() - startedAt;
    if (alive.length === 0 || elapsed > limitMs) return alive.length;
    for (const { pid } of alive) {
      if (elapsed >= graceMs) send(pid, 'SIGKILL');
      else if (!asked.has(pid)) {
        asked.add(pid);
        send(pid, signalOf(pid));
      }
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
