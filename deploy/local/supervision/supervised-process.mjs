import { spawn } from 'node:child_process';
import { send } from '../machine/processes.mjs';
import { openLog } from './log-file.mjs';
import { nextRestart } from './restart-policy.mjs';

/**
 * @typedef {object} ProcessSpec
 * @property {string} name
 * @property {string} command absolute path
 * @property {string[]} args
 * @property {NodeJS.ProcessEnv} env its whole environment
 * @property {string} cwd
 * @property {string} log file of its output
 * @property {number | undefined} [uid] unprivileged account, when the launcher is root
 * @property {number | undefined} [gid]
 * @property {number} stage higher stages are stopped first
 * @property {StopSpec} stop
 *
 * @typedef {object} StopSpec
 * @property {NodeJS.Signals} signal
 * @property {number} graceMs time between the signal and SIGKILL
 * @property {[command: string, ...args: string[]]} [command] also executed at every stop, for a process that is not our
 *   child (a container)
 *
 * @typedef {object} ProcessExit
 * @property {number | undefined} pid
 * @property {string} reason
 * @property {boolean} expected whether it was asked to stop
 * @property {number | undefined} [restartInMs] absent: it is not started again
 * @property {string[]} tail its last lines
 *
 * @typedef {ReturnType<typeof createSupervisedProcess>} SupervisedProcess
 */

/** How long the last output of an exited process is awaited. */
const LAST_OUTPUT_TIMEOUT_MS = 250;

/**
 * One process under supervision, in its own session, started again after it dies once it is `kept`.
 * @param {ProcessSpec} spec
 * @param {{ env: NodeJS.ProcessEnv, onStart: (pid: number) => void, onExit: (exit: ProcessExit) => void }} options
 */
export function createSupervisedProcess(spec, { env, onStart, onExit }) {
  const log = openLog(spec.log);
  /** @type {number[]} */
  const deaths = [];
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let child;
  /** @type {Promise<void>} */
  let ended = Promise.resolve();
  let kept = false;
  let stopping = false;
  /** @type {NodeJS.Timeout | undefined} */
  let restartTimer;

  function start() {
    const started = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: { ...spec.env, ...env },
      uid: spec.uid,
      gid: spec.gid,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    ended = untilEnded(started).then(handleExit);
    if (!started.pid) return;
    started.stdout.on('data', log.write);
    started.stderr.on('data', log.write);
    onStart(started.pid);
  }

  /** @param {{ pid: number | undefined, reason: string }} exit */
  function handleExit({ pid, reason }) {
    child = undefined;
    deaths.push(Date.now());
    const delayMs = kept && !stopping ? nextRestart(deaths, Date.now()).delayMs : undefined;
    onExit({ pid, reason, expected: stopping, restartInMs: delayMs, tail: log.tail() });
    if (delayMs !== undefined) restartTimer = setTimeout(start, delayMs);
  }

  return {
    name: spec.name,
    stage: spec.stage,
    stop: spec.stop,
    start,
    pid: () => child?.pid,
    /** From now on it is started again when it dies. */
    keep: () => {
      kept = true;
    },
    signal: (/** @type {NodeJS.Signals} */ signal) => (child?.pid ? send(-child.pid, signal) : false),
    /** Sends the stop signal, and SIGKILL after the grace period; a supervisor in a hurry gives a shorter one. */
    async end(graceMs = spec.stop.graceMs) {
      stopping = true;
      clearTimeout(restartTimer);
      if (spec.stop.command) {
        const [command, ...args] = spec.stop.command;
        spawn(command, args, { stdio: 'ignore' }).on('error', () => {});
      }
      if (!child?.pid) return;
      const { pid } = child;
      send(-pid, graceMs > 0 ? spec.stop.signal : 'SIGKILL');
      const timer = setTimeout(() => send(-pid, 'SIGKILL'), graceMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

/**
 * Resolves when the process is gone and its last output was read. The rest of its process group is killed: it would keep
 * ports and files that its successor needs.
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<{ pid: number | undefined, reason: string }>}
 */
function untilEnded(child) {
  const { pid } = child;
  return new Promise((resolve) => {
    // An error of a process that was started comes from a signal; its end is the `exit` event.
    child.once('error', (error) => {
      if (pid === undefined) resolve({ pid, reason: `cannot start: ${error.message}` });
    });
    child.once('exit', (code, signal) => {
      if (pid !== undefined) send(-pid, 'SIGKILL');
      const settle = () => resolve({ pid, reason: signal ?? `exit code ${code}` });
      // Another process may keep the pipe open, so its end is not awaited without a timeout.
      child.once('close', settle);
      setTimeout(settle, LAST_OUTPUT_TIMEOUT_MS);
    });
  });
}
