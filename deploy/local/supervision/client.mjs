import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { LauncherFailure } from '../failure.mjs';

/**
 * @import { ProcessSpec, ProcessExit } from './supervised-process.mjs'
 *
 * @typedef {{ type: 'started', name: string, pid: number }} StartedEvent
 * @typedef {{ type: 'exited', name: string } & ProcessExit} ExitedEvent
 * @typedef {{ type: 'stopped', request: number }} StoppedEvent
 * @typedef {{ type: 'ready' } | StartedEvent | ExitedEvent | StoppedEvent} SupervisorEvent
 *
 * @typedef {{ names?: readonly string[] | undefined, graceMs?: number | undefined }} StopOptions all processes when no name
 *   is given; `graceMs: 0` kills at once
 * @typedef {{ type: 'start', spec: ProcessSpec }
 *   | { type: 'keep', names: readonly string[] }
 *   | { type: 'signal', name: string, signal: NodeJS.Signals }
 *   | { type: 'stop', request: number } & StopOptions
 *   | { type: 'end', graceMs?: number | undefined }} SupervisorCommand
 */

/**
 * The launcher's side of the supervisor. `exited`: a supervised process ended. `lost`: the supervisor itself died.
 * @extends {EventEmitter<{ started: [StartedEvent], exited: [ExitedEvent], stopped: [StoppedEvent], lost: [] }>}
 */
export class Supervisor extends EventEmitter {
  #channel;
  #nextRequest = 1;
  /** @type {Map<string, number>} */
  #pids = new Map();
  /** @type {Promise<void> | undefined} */
  #ending;

  /** @param {{ recordPath: string, marker: string, logPath: string }} options */
  constructor({ recordPath, marker, logPath }) {
    super();
    this.setMaxListeners(0);
    const log = openSync(logPath, 'a', 0o600);
    this.#channel = spawn(
      process.execPath,
      [join(import.meta.dirname, 'supervisor.mjs'), recordPath, marker, String(process.pid)],
      { cwd: '/', detached: true, stdio: ['ignore', log, log, 'ipc'] },
    );
    closeSync(log);
    this.pid = this.#channel.pid;
    this.#channel.on('message', (message) => this.#receive(/** @type {SupervisorEvent} */ (message)));
    this.#channel.on('disconnect', () => {
      if (!this.#ending) this.emit('lost');
    });
    this.#channel.on('error', () => {});
  }

  /** @param {SupervisorEvent} event */
  #receive(event) {
    switch (event.type) {
      case 'started':
        this.#pids.set(event.name, event.pid);
        return this.emit('started', event);
      case 'exited':
        this.#pids.delete(event.name);
        return this.emit('exited', event);
      case 'stopped':
        return this.emit('stopped', event);
      case 'ready':
        return undefined;
    }
  }

  /** @param {SupervisorCommand} command */
  #send(command) {
    if (this.#channel.connected) this.#channel.send(command, () => {});
  }

  pids() {
    return Object.fromEntries(this.#pids);
  }

  /**
   * Starts a process and resolves to its pid; its later death is an `exited` event.
   * @param {ProcessSpec} spec
   * @returns {Promise<number>}
   */
  start(spec) {
    return new Promise((resolve, reject) => {
      const settle = () => this.off('started', onStarted).off('exited', onExited);
      const onStarted = (/** @type {StartedEvent} */ { name, pid }) => {
        if (name !== spec.name) return;
        settle();
        resolve(pid);
      };
      const onExited = (/** @type {ExitedEvent} */ { name, reason, tail }) => {
        if (name !== spec.name) return;
        settle();
        reject(new LauncherFailure('start_failed', `${spec.name} ${reason}`, { detail: tail }));
      };
      this.on('started', onStarted).on('exited', onExited);
      this.#send({ type: 'start', spec });
    });
  }

  /**
   * From now on these are started again when they die.
   * @param {readonly string[]} names
   */
  keep(names) {
    this.#send({ type: 'keep', names });
  }

  /**
   * @param {string} name
   * @param {NodeJS.Signals} signal
   */
  signal(name, signal) {
    this.#send({ type: 'signal', name, signal });
  }

  /**
   * Stops processes, later stages first.
   * @param {StopOptions} [options]
   * @returns {Promise<void>}
   */
  stop({ names, graceMs } = {}) {
    const request = this.#nextRequest++;
    return new Promise((resolve) => {
      const onStopped = (/** @type {StoppedEvent} */ event) => {
        if (event.request !== request) return;
        this.off('stopped', onStopped);
        resolve();
      };
      this.on('stopped', onStopped).once('lost', resolve);
      this.#send({ type: 'stop', request, names, graceMs });
    });
  }

  /**
   * Ends everything and the supervisor itself.
   * @param {{ graceMs?: number }} [options]
   */
  end({ graceMs } = {}) {
    this.#ending ??= new Promise((resolve) => {
      this.#channel.once('exit', () => resolve());
      if (this.#channel.connected) this.#send({ type: 'end', graceMs });
      else resolve();
    });
    return this.#ending;
  }
}
