import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/**
 * Executes a tool of node_modules in the root of the repository, with our standard streams.
 * @param {string} path of its script below node_modules
 * @param {readonly string[]} args
 * @returns {number} its exit code
 */
export function runTool(path, args) {
  const { status, error } = spawnSync(process.execPath, [join(root, 'node_modules', path), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, NX_DAEMON: 'false' },
  });
  if (error) throw error;
  return status ?? 1;
}
