import { readdirSync, readFileSync } from 'node:fs';
import { sleep } from '@ymera/kernel';
import { startPlatform } from '../../../../deploy/local/platform/client.cjs';
import type { Benchmark, Measured } from '../benchmark';
import { round } from '../statistics';

const settleMs = 60_000;
/** Maximum memory of the services and the runner together, in MiB. */
const owedMb = 1.2 * 1024;
const measured = [
  'gateway',
  'registry',
  'reporting',
  'coordinator',
  'orchestrator',
  'integration',
  'audit',
  'agent-runner',
];

/** Proportional set size in MiB: pages shared by several processes count in parts, so that sums are true. */
function proportionalMb(pid: number): number {
  const line = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
  return Number(line?.[1] ?? 0) / 1024;
}

/** A process and all its descendants. */
function familyOf(root: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // The command in parentheses may contain spaces; the parent is the second field after it.
        const fields = readFileSync(`/proc/${name}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ');
        return [{ pid: Number(name), parent: Number(fields[1]) }];
      } catch {
        return [];
      }
    });
  const childrenOf = (pid: number): number[] =>
    parents.filter(({ parent }) => parent === pid).flatMap((child) => [child.pid, ...childrenOf(child.pid)]);
  return [root, ...childrenOf(root)];
}

async function run(progress: (line: string) => void): Promise<Measured> {
  const platform = await startPlatform({ instance: 'bench-memory' });
  try {
    progress(`the platform is ready; measuring in ${settleMs / 1000} s`);
    await sleep(settleMs);
    const pids = await platform.pids();
    const figures: Record<string, number> = {};
    for (const name of measured) {
      const pid = pids[name];
      if (pid === undefined) throw new Error(`${name} is not running`);
      figures[`${name.replace('-', '_')}_mb`] = round(
        familyOf(pid).reduce((sum, member) => sum + proportionalMb(member), 0),
      );
    }
    const total = round(Object.values(figures).reduce((sum, value) => sum + value, 0));
    return {
      figures: { ...figures, total_mb: total },
      reference: `${owedMb} MiB owed at most`,
      ratio: round(total / owedMb, 2),
    };
  } finally {
    await platform.stop();
  }
}

export const memoryBenchmark: Benchmark = {
  name: 'memory',
  summary: 'proportional memory of the services and the runner, 60 s after they are ready',
  owed: { total_mb: { below: owedMb } },
  run,
};
