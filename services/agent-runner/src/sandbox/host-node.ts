import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';

export interface HostNode {
  /** Folder that holds `node`. */
  readonly binaries: string;
  /** Folders that must be visible for it to work: its installation, npm included. */
  readonly installation: string;
}

const answerTimeoutMs = 5_000;

/**
 * The person's node, so that their tests run as usual: the first on `path` that runs and is not a
 * package of some checkout (npm puts such folders in front). Without one, the runner's own.
 */
export function findHostNode(path: readonly string[], ownExecutable: string): HostNode {
  for (const folder of path) {
    if (folder.includes('/node_modules')) continue;
    const named = join(folder, 'node');
    const executable = existsSync(named) ? executableBehind(named) : undefined;
    if (executable !== undefined) return hostNode(executable, named);
  }
  return hostNode(realpathSync(ownExecutable), ownExecutable);
}

/** Version managers put a script on the path that starts another program: only that program knows its location. */
function executableBehind(node: string): string | undefined {
  const asked = spawnSync(node, ['-p', 'process.execPath'], { encoding: 'utf8', timeout: answerTimeoutMs });
  const answer = asked.status === 0 ? asked.stdout.trim() : '';
  return isAbsolute(answer) && existsSync(answer) ? realpathSync(answer) : undefined;
}

function hostNode(executable: string, named: string): HostNode {
  const binaries = dirname(executable);
  const isLink = realpathSync(named) === executable;
  return {
    // On some systems the path has a link whose target has another name or no npm beside it.
    binaries: isLink && !existsSync(join(binaries, 'npm')) ? dirname(named) : binaries,
    installation: binaries.endsWith('/bin') ? dirname(binaries) : binaries,
  };
}
