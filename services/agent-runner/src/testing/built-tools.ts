import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '..', '..', '..', '..');

/** The folder of the compiled tools, rebuilt if needed: they run as separate processes, which cannot run TypeScript. */
export function builtTools(): string {
  execFileSync(process.execPath, [join(root, 'deploy/tooling/build.mjs'), 'services/agent-runner']);
  return join(root, 'services/agent-runner/dist/tools');
}

export type Sample = 'guest-list' | 'user-service';

export const sampleProject = (name: Sample): string => join(root, 'deploy/local/samples', name);
