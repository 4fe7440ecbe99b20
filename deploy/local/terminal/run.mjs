import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

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
export async function runAttached(command, args, options) {
  return (await attach(command, args, options)).code;
}

/**
 * The same, and what is known of its end when it says nothing itself: `killedBy` a signal, and the last lines that it
 * wrote to standard error, which goes through us for that.
 * @returns {Promise<{ code: number, killedBy: string | null, output: string[] }>}
 */
export async function runObserved(command, args, { env = process.env, ...options } = {}) {
  const output = [];
  const colours = process.stderr.isTTY && !env.NO_COLOR ? { FORCE_COLOR: '1' } : {};
  const end = await attach(command, args, {
    ...options,
    env: { ...colours, ...env },
    stdio: ['inherit', 'inherit', 'pipe'],
    onError: (line) => {
      output.push(line);
      if (output.length > KEPT_LINES) output.shift();
    },
  });
  return { ...end, output };
}

/** How long what a program has written last is waited for; a child of its own may hold its output open for ever. */
const LAST_WORDS_MS = 500;

function attach(command, args, { cwd, env = process.env, stdio = 'inherit', signal, marker, onError } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: mark(env, marker), stdio });
    const stop = () => child.kill('SIGTERM');
    signal?.addEventListener('abort', stop, { once: true });
    const heard = child.stderr ? passOn(child.stderr, onError) : Promise.resolve();
    child.once('error', reject);
    child.once('exit', async (code, killedBy) => {
      signal?.removeEventListener('abort', stop);
      await Promise.race([heard, sleep(LAST_WORDS_MS, undefined, { ref: false })]);
      resolve({ code: code ?? (killedBy === 'SIGINT' ? 130 : 143), killedBy });
    });
  });
}

/** To our own standard error as it comes, and line by line to who listens. */
function passOn(stream, onLine) {
  stream.pipe(process.stderr, { end: false });
  const lines = createInterface({ input: stream });
  lines.on('line', (line) => line.trim() && onLine?.(line));
  return once(lines, 'close');
}

/** The marker lets the supervisor find what was started, wherever it went, when this process dies. */
function mark(env, marker) {
  return marker
    ? { ...env, YMERA_SUPERVISION: [process.env.YMERA_SUPERVISION, marker].filter(Boolean).join('/') }
    : env;
}
