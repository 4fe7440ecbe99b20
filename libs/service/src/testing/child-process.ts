import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const root = join(__dirname, '..', '..', '..', '..');

/** A process runs JavaScript: builds the libraries that its script imports. */
export function buildLibraries(...names: readonly string[]): void {
  const folders = names.map((name) => `libs/${name}`);
  execFileSync(process.execPath, [join(root, 'deploy/tooling/build.mjs'), ...folders]);
}

export interface Started {
  readonly child: ChildProcess;
  /** Resolves when the process has written `text` to standard output. */
  printed(text: string): Promise<void>;
  /** Exit code, standard output and standard error. */
  readonly ended: Promise<{ code: number | null; out: string; err: string }>;
}

/** Runs a CommonJS script with the packages of libs/service and `say`, which prints a line; on any free port. */
export function runScript(script: string, environment: Readonly<Record<string, string>> = {}): Started {
  const say = String.raw`const say = (text) => process.stdout.write(text + '\n');`;
  const child = spawn(process.execPath, ['-e', `${say}\n${script}`], {
    cwd: join(root, 'libs/service'),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], YMERA_HTTP_PORT: '0', ...environment },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return {
    child,
    ended: once(child, 'close').then(([code]) => ({ code: code as number | null, out, err })),
    printed: async (text) => {
      while (!out.includes(text)) await once(child.stdout, 'data');
    },
  };
}
