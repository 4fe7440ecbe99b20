import { spawn } from 'node:child_process';

const KEPT_LINES = 400;

/** Runs a program to its end and keeps its last lines; `onLine` hears each, for the progress display. */
export function runQuietly(
  command,
  args,
  { cwd, env = process.env, input = 'ignore', onLine, signal, marker } = {},
) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: mark(env, marker),
      stdio: [input, 'pipe', 'pipe'],
      signal,
    });
    const output = [];
    for (const stream of [child.stdout, child.stderr]) {
      let partial = '';
      stream.setEncoding('utf8').on('data', (text) => {
        const lines = (partial + text).split(/\r?\n/);
        partial = lines.pop();
        for (const line of lines.filter((candidate) => candidate.trim())) {
          output.push(line);
          if (output.length > KEPT_LINES) output.shift();
          onLine?.(line);
        }
      });
      stream.on('end', () => partial.trim() && output.push(partial));
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/**
 * Runs a program on our own terminal, in our process group, so that it can ask questions and hears Ctrl-C itself.
 * @returns {Promise<number>} its exit code; 128 plus the signal's usual reading when it was killed
 */
export function runAttached(
  command,
  args,
  { cwd, env = process.env, stdio = 'inherit', signal, marker } = {},
) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: mark(env, marker), stdio });
    const stop = () => child.kill('SIGTERM');
    signal?.addEventListener('abort', stop, { once: true });
    child.once('error', reject);
    child.once('exit', (code, killedBy) => {
      signal?.removeEventListener('abort', stop);
      resolve(code ?? (killedBy === 'SIGINT' ? 130 : 143));
    });
  });
}

/** The marker lets the supervisor find what was started, wherever it went, when this process dies. */
function mark(env, marker) {
  return marker
    ? { ...env, YMERA_SUPERVISION: [process.env.YMERA_SUPERVISION, marker].filter(Boolean).join('/') }
    : env;
}
