import { spawn } from 'node:child_process';
import { send } from '../machine/processes.mjs';
import { openLog } from './log-file.mjs';
import { nextRestart } from './restart-policy.mjs';

const LAST_OUTPUT_MS = 250;

/**
 * One process under supervision, in its own session, started again after it dies once it is `kept`.
 * @typedef {object} ProcessSpec
 * @property {string} name
 * @property {string} command absolute path
 * @property {string[]} args
 * @property {Record<string, string>} env its whole environment
 * @property {string} cwd
 * @property {string} log file of its output
 * @property {number} [uid] unprivileged account, when the launcher is root
 * @property {number} [gid]
 * @property {number} stage higher stages are stopped first
 * @property {{ signal: string, graceMs: number, command?: string[] }} stop `command` also runs at every stop, for what is
 *   not our child (a container)
 */
export function createSupervisedProcess(spec, { env, onStart, onExit }) {
  const log = openLog(spec.log);
  const deaths = [];
  let child;
  let ended = Promise.resolve();
  let kept = false;
  let stopping = false;
  let restartTimer;

  function start() {
    child = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: { ...spec.env, ...env },
      uid: spec.uid,
      gid: spec.gid,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    ended = untilEnded(child).then(report);
    if (!child.pid) return;
    child.stdout.on('data', log.write);
    child.stderr.on('data', log.write);
    onStart(child.pid);
  }

  function report({ pid, reason }) {
    child = undefined;
    deaths.push(Date.now());
    const next = kept && !stopping ? nextRestart(deaths, Date.now()) : { restart: false };
    onExit({
      pid,
      reason,
      expected: stopping,
      restartInMs: next.restart ? next.delayMs : undefined,
      tail: log.tail(),
    });
    if (next.restart) restartTimer = setTimeout(start, next.delayMs);
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
    signal: (signal) => (child ? send(-child.pid, signal) : false),
    /** Asks it to end and insists after the grace; a supervisor that must hurry gives a shorter one. */
    async end(graceMs = spec.stop.graceMs) {
      stopping = true;
      clearTimeout(restartTimer);
      if (spec.stop.command) spawn(spec.stop.command[0], spec.stop.command.slice(1), { stdio: 'ignore' });
      if (!child?.pid) return;
      const { pid } = child;
      send(-pid, graceMs > 0 ? spec.stop.signal : 'SIGKILL');
      const timer = setTimeout(() => send(-pid, 'SIGKILL'), graceMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Settles when the process is gone and its last output was read. What it left in its group goes with it: it would hold
 *  ports and files of the one that takes its place. */
function untilEnded(child) {
  const { pid } = child;
  return new Promise((resolve) => {
    child.once('error', (error) => pid ?? resolve({ pid, reason: `cannot start: ${error.message}` }));
    child.once('exit', (code, signal) => {
      send(-pid, 'SIGKILL');
      const settle = () => resolve({ pid, reason: signal ?? `exit code ${code}` });
      // A stranger may hold the pipe open, so its end is not waited for without bound.
      child.once('close', settle);
      setTimeout(settle, LAST_OUTPUT_MS);
    });
  });
}
