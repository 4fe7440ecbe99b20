import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * @typedef {object} AttachedOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env] default: ours
 * @property {AbortSignal} [signal] ends the program
 * @property {string} [marker] of the session
 *
 * @typedef {AttachedOptions & { input?: 'ignore' | 'inherit', onLine?: (line: string) => void }} QuietOptions
 *   `onLine` is called with each line, for the progress display
 * @typedef {(command: string, args: readonly string[], options?: QuietOptions) =>
 *   Promise<{ code: number, output: string[] }>} RunQuietly
 *
 * @typedef {{ code: number, killedBy: NodeJS.Signals | null }} ProgramEnd
 * @typedef {ProgramEnd & { output: string[] }} ObservedEnd `output`: its last lines on standard error
 */

const MAX_KEPT_LINES = 400;

/**
 * Executes a program to its end and keeps its last lines.
 * @type {RunQuietly}
 */
export function runQuietly(
  command,
  args,
  { cwd, env = process.env, input = 'ignore', onLine, signal, marker } = {},
) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: withMarker(env, marker),
      stdio: [input, 'pipe', 'pipe'],
      signal,
    });
    /** @type {string[]} */
    const output = [];
    for (const stream of [child.stdout, child.stderr]) {
      let partial = '';
      stream?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
        const lines = (partial + text).split(/\r?\n/);
        partial = lines.pop() ?? '';
        for (const line of lines.filter((candidate) => candidate.trim())) {
          keep(output, line);
          onLine?.(line);
        }
      });
      stream?.on('end', () => {
        if (partial.trim()) keep(output, partial);
      });
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/**
 * @param {string[]} output
 * @param {string} line
 */
function keep(output, line) {
  output.push(line);
  if (output.length > MAX_KEPT_LINES) output.shift();
}

/**
 * Executes a program on our own terminal, in our process group: it can ask questions and receives Ctrl-C itself.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {AttachedOptions} [options]
 * @returns {Promise<number>} its exit code; for a killed program 130 after SIGINT, else 143
 */
export async function runAttached(command, args, options = {}) {
  return (await attach(command, args, options)).code;
}

/**
 * The same, with the facts for a program that reports nothing itself: the signal that killed it and its last lines on
 * standard error, which passes through this process.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {AttachedOptions} [options]
 * @returns {Promise<ObservedEnd>}
 */
export async function runObserved(command, args, { env = process.env, ...options } = {}) {
  /** @type {string[]} */
  const output = [];
  const colors = process.stderr.isTTY && !env['NO_COLOR'] ? { FORCE_COLOR: '1' } : {};
  const end = await attach(command, args, { ...options, env: { ...colors, ...env } }, (line) =>
    keep(output, line),
  );
  return { ...end, output };
}

/** How long the last output of an ended program is awaited: a child of its own may keep the pipe open for ever. */
const LAST_OUTPUT_TIMEOUT_MS = 500;

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {AttachedOptions} options
 * @param {(line: string) => void} [onErrorLine] with it, standard error is a pipe that is copied to ours
 * @returns {Promise<ProgramEnd>}
 */
function attach(command, args, { cwd, env = process.env, signal, marker }, onErrorLine) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: withMarker(env, marker),
      stdio: ['inherit', 'inherit', onErrorLine ? 'pipe' : 'inherit'],
    });
    const stop = () => child.kill('SIGTERM');
    signal?.addEventListener('abort', stop, { once: true });
    const outputEnded =
      child.stderr && onErrorLine ? copyToStderr(child.stderr, onErrorLine) : Promise.resolve();
    child.once('error', reject);
    child.once('exit', (code, killedBy) => {
      signal?.removeEventListener('abort', stop);
      const end = { code: code ?? (killedBy === 'SIGINT' ? 130 : 143), killedBy };
      void Promise.race([outputEnded, sleep(LAST_OUTPUT_TIMEOUT_MS, undefined, { ref: false })]).then(() =>
        resolve(end),
      );
    });
  });
}

/**
 * Copies a stream to our own standard error as it comes, and line by line to `onLine`.
 * @param {import('node:stream').Readable} stream
 * @param {(line: string) => void} onLine
 */
function copyToStderr(stream, onLine) {
  stream.pipe(process.stderr, { end: false });
  const lines = createInterface({ input: stream });
  lines.on('line', (line) => {
    if (line.trim()) onLine(line);
  });
  return once(lines, 'close');
}

/**
 * The marker lets the supervisor find the processes of a session, wherever they went, when this process dies.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} [marker]
 */
function withMarker(env, marker) {
  return marker
    ? { ...env, YMERA_SUPERVISION: [process.env['YMERA_SUPERVISION'], marker].filter(Boolean).join('/') }
    : env;
}
