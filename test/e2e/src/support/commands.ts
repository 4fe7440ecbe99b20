import { spawn } from 'node:child_process';
import { join } from 'node:path';

export const repositoryRoot = join(__dirname, '..', '..', '..', '..');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The last line of standard output as JSON. */
  readonly json: () => Record<string, any>;
}

/** Runs node with these arguments in the root of the repository, to its end or until the timeout. */
export function runNode(args: readonly string[], env: NodeJS.ProcessEnv, boundMs: number): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: repositoryRoot,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const bound = setTimeout(() => child.kill('SIGKILL'), boundMs);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(bound);
      resolve({
        code,
        stdout,
        stderr,
        json: () => {
          const last = stdout.trimEnd().split('\n').at(-1) ?? '';
          try {
            return JSON.parse(last) as Record<string, any>;
          } catch {
            throw new Error(`the last line is not JSON: ${last}\n${stderr.slice(-3000)}`);
          }
        },
      });
    });
  });
}
