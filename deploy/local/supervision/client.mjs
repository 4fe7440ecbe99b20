import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { LauncherFailure } from '../failure.mjs';

/**
 * The launcher's side of the supervisor.
 * Events: `started {name, pid}`, `exited {name, pid, reason, expected, restartInMs?, tail}`, `lost` (the supervisor died).
 */
export class Supervisor extends EventEmitter {
  #channel;
  #nextRequest = 1;
  #pids = new Map();
  #ending;

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
    this.#channel.on('message', (message) => this.#receive(message));
    this.#channel.on('disconnect', () => {
      if (!this.#ending) this.emit('lost');
    });
    this.#channel.on('error', () => {});
  }

  #receive(message) {
    if (message.type === 'started') this.#pids.set(message.name, message.pid);
    if (message.type === 'exited') this.#pids.delete(message.name);
    this.emit(message.type, message);
  }

  #send(message) {
    if (this.#channel.connected) this.#channel.send(message, () => {});
  }

  pids() {
    return Object.fromEntries(this.#pids);
  }

  /** Starts a process and answers its pid; its later death is an `exited` event. */
  start(spec) {
    return new Promise((resolve, reject) => {
      const settle = (act) => (message) => {
        if (message?.name !== spec.name) return;
        this.off('started', onStarted).off('exited', onExited);
        act(message);
      };
      const onStarted = settle((message) => resolve(message.pid));
      const onExited = settle((message) =>
        reject(
          new LauncherFailure('start_failed', `${spec.name} ${message.reason}`, { detail: message.tail }),
        ),
      );
      this.on('started', onStarted).on('exited', onExited);
      this.#send({ type: 'start', spec });
    });
  }

  /** From now on these are started again when they die. */
  keep(names) {
    this.#send({ type: 'keep', names });
  }

  signal(name, signal) {
    this.#send({ type: 'signal', name, signal });
  }

  /** Stops the named processes (all when none is named), later stages first. `graceMs: 0` kills at once. */
  stop({ names, graceMs } = {}) {
    const request = this.#nextRequest++;
    return new Promise((resolve) => {
      const onStopped = (message) => {
        if (message.request !== request) return;
        this.off('stopped', onStopped);
        resolve();
      };
      this.on('stopped', onStopped).once('lost', resolve);
      this.#send({ type: 'stop', request, names, graceMs });
    });
  }

  /** Ends everything and the supervisor itself. */
  end({ graceMs } = {}) {
    this.#ending ??= new Promise((resolve) => {
      this.#channel.once('exit', resolve);
      if (this.#channel.connected) this.#send({ type: 'end', graceMs });
      else resolve();
    });
    return this.#ending;
  }
}
