import { readdirSync, readFileSync } from 'node:fs';
import { sleep } from '@ymera/kernel';

/** A process; pids are reused, so its start time distinguishes it from a later one. */
export interface Watched {
  readonly pid: number;
  readonly startedAt: string;
}

const pollMs = 1;

/** Start time in the kernel's ticks of a process that is neither gone nor a zombie. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
};

/** Running processes of this machine, sandboxed ones included, whose command line matches; returns the captured groups. */
export function processesLike(pattern: RegExp): ReadonlyMap<string, readonly Watched[]> {
  const found = new Map<string, Watched[]>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    const key = Number.isInteger(pid) ? pattern.exec(commandOf(pid))?.[1] : undefined;
    const startedAt = key === undefined ? undefined : startOf(pid);
    if (key !== undefined && startedAt !== undefined)
      found.set(key, [...(found.get(key) ?? []), { pid, startedAt }]);
  }
  return found;
}

/**
 * Resolves with the moment (`performance.now()`) at which the last of them was seen to be gone. Checks one process at a
 * time, so that watching costs the machine next to nothing.
 */
export async function whenGone(processes: readonly Watched[], timeoutMs: number): Promise<number> {
  const deadline = performance.now() + timeoutMs;
  for (const { pid, startedAt } of processes)
    while (startOf(pid) === startedAt) {
      if (performance.now() > deadline)
        throw new Error(`process ${pid} is still running after ${timeoutMs} ms`);
      await sleep(pollMs);
    }
  return performance.now();
}
