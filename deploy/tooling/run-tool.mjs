import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** Runs a tool of node_modules in the root of the repository, its output going where ours goes; returns its exit code. */
export function runTool(path, args) {
  const { status, error } = spawnSync(process.execPath, [join(root, 'node_modules', path), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, NX_DAEMON: 'false' },
  });
  if (error) throw error;
  return status ?? 1;
}
