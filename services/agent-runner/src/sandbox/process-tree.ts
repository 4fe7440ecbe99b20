import { readdirSync, readFileSync } from 'node:fs';
import type { ProcessUsage } from './sandbox';

interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  /** As in ps: `Z` is dead and not yet reaped. */
  readonly state: string;
  readonly cpuTicks: number;
  readonly rssPages: number;
}

const ticksPerSecond = 100;
const pageBytes = 4096;

interface ProcessTable {
  readonly rows: ReadonlyMap<number, ProcessRow>;
  readonly children: ReadonlyMap<number, readonly number[]>;
}

/**
 * Maximum age of a process table for measurements. Reading it blocks this process for milliseconds per hundred processes of
 * the host, so that sandboxes that each read their own would leave no time for other work.
 */
const measuringAgeMs = 200;
let measured: { readonly table: ProcessTable; readonly at: number } | undefined;

/** Every process that descends from `root`, root included. Orphans inside a pid namespace go to its init, so none is lost. */
export const processTree = (root: number): readonly ProcessRow[] => descendants(readTable(), root);

function readTable(): ProcessTable {
  const rows = new Map<number, ProcessRow>();
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const row = readRow(pid);
    if (!row) continue;
    rows.set(pid, row);
    const siblings = children.get(row.parent);
    if (siblings) siblings.push(pid);
    else children.set(row.parent, [pid]);
  }
  return { rows, children };
}

function descendants({ rows, children }: ProcessTable, root: number): readonly ProcessRow[] {
  const found: ProcessRow[] = [];
  const open = [root];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    const row = rows.get(pid);
    if (row) found.push(row);
    open.push(...(children.get(pid) ?? []));
  }
  return found;
}

/** From a moment ago; a caller that polls every few milliseconds, to catch a peak, gets as fresh a table. */
export function usageOf(root: number, everyMs = measuringAgeMs): ProcessUsage {
  const now = performance.now();
  if (measured === undefined || now - measured.at > Math.min(measuringAgeMs, everyMs / 2))
    measured = { table: readTable(), at: now };
  const rows = descendants(measured.table, root);
  const sum = (pick: (row: ProcessRow) => number) => rows.reduce((total, row) => total + pick(row), 0);
  return {
    processes: rows.length,
    rssMb: Math.round(((sum((row) => row.rssPages) * pageBytes) / 1_048_576) * 10) / 10,
    cpuMs: Math.round((sum((row) => row.cpuTicks) * 1000) / ticksPerSecond),
  };
}

/** Processes whose environment contains `marker`; those of other users cannot be read and do not belong to the runner. */
export function processesWith(marker: string): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid && environmentOf(pid).includes(marker));
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return '';
  }
}

function readRow(pid: number): ProcessRow | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command's name is in parentheses and may itself contain spaces and parentheses: fields count from the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const numbers = fields.map(Number);
    const [user = 0, system = 0, childUser = 0, childSystem = 0] = numbers.slice(11, 15);
    return {
      pid,
      parent: numbers[1] ?? 0,
      state: fields[0] ?? '',
      cpuTicks: user + system + childUser + childSystem,
      rssPages: numbers[21] ?? 0,
    };
  } catch {
    return undefined; // it ended between the listing and the read
  }
}
