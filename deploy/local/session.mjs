import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchParents } from './machine/parents.mjs';
import { ensureFolder, stateRoot } from './paths.mjs';
import { Supervisor } from './supervision/client.mjs';
import { cleanLeftovers, endRecorded } from './supervision/leftovers.mjs';
import { createProgress } from './terminal/progress.mjs';
import { runAttached, runObserved, runQuietly } from './terminal/run.mjs';

/** @import { Progress } from './terminal/progress.mjs' */

/**
 * What a command works with.
 * @typedef {object} Session
 * @property {Progress} progress
 * @property {Supervisor} supervisor
 * @property {AbortController} controller aborted at an interruption
 * @property {string} marker in the environment of everything that the session starts
 * @property {(act: () => unknown) => void} onClose runs at the session's end, the last one first, after all processes are gone
 * @property {typeof runQuietly} run
 * @property {typeof runAttached} runAttached
 * @property {typeof runObserved} runObserved
 */

/** How long a program on our terminal may clean up after an interruption before the servers that it uses are stopped. */
const ATTACHED_GRACE_MS = 5_000;
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/**
 * One execution of the launcher. Every process that it started is gone when it ends, however it ends.
 * @param {{ title: string, json?: boolean, untilInterrupted?: boolean }} options `untilInterrupted`: Ctrl-C is the normal end
 * @param {(session: Session) => Promise<number>} work resolves to the exit code
 */
export async function withSession({ title, json = false, untilInterrupted = false }, work) {
  const progress = createProgress({ stream: json ? process.stderr : process.stdout });
  progress.heading(title);
  const opened = await openSession(progress);
  const interruption = awaitInterruption(opened);
  try {
    const code = await Promise.race([work(opened.session), interruption.exitCode]);
    return untilInterrupted && code === EXIT_CODES.SIGINT ? 0 : code;
  } finally {
    interruption.isStopping = true;
    await opened.close();
  }
}

/** @param {Progress} progress */
async function openSession(progress) {
  const folder = ensureFolder(join(ensureFolder(stateRoot, 0o711), 'sessions'));
  await cleanLeftovers(folder);
  const id = randomBytes(8).toString('hex');
  const recordPath = join(folder, `${id}.json`);
  const supervisor = new Supervisor({ recordPath, marker: id, logPath: join(folder, 'supervisor.log') });
  /** @type {(() => unknown)[]} */
  const closing = [];
  /** @type {Set<Promise<unknown>>} */
  const running = new Set();
  const controller = new AbortController();
  const shared = { marker: id, signal: controller.signal };
  /**
   * The session waits a little for the end of the program before it stops the servers.
   * @template T
   * @param {Promise<T>} ending
   */
  const attached = (ending) => {
    /** @type {Promise<unknown>} */
    const settled = ending.then(
      () => running.delete(settled),
      () => running.delete(settled),
    );
    running.add(settled);
    return ending;
  };

  return {
    /** @type {Session} */
    session: {
      progress,
      supervisor,
      controller,
      marker: id,
      onClose: (act) => closing.unshift(act),
      run: (command, args, options) => runQuietly(command, args, { ...shared, ...options }),
      runAttached: (command, args, options) =>
        attached(runAttached(command, args, { ...shared, ...options })),
      runObserved: (command, args, options) =>
        attached(runObserved(command, args, { ...shared, ...options })),
    },
    async close() {
      await Promise.race([Promise.all(running), sleep(ATTACHED_GRACE_MS, undefined, { ref: false })]);
      await supervisor.end();
      for (const act of closing.splice(0)) await act();
    },
    /** Ends the processes of a supervisor that was killed. */
    endWithoutSupervisor: () => endRecorded(recordPath),
  };
}

/**
 * Resolves to the exit code at the first request to stop. A second Ctrl-C exits at once: the supervisor then ends
 * everything by force.
 * @param {{ session: Session, endWithoutSupervisor: () => Promise<void> }} opened
 */
function awaitInterruption({ session: { progress, controller, supervisor }, endWithoutSupervisor }) {
  const state = { isStopping: false, exitCode: firstSignal() };
  supervisor.on('lost', () => {
    progress.fail('the supervisor was killed; ending everything');
    void endWithoutSupervisor().finally(() => process.exit(1));
  });
  // npm was killed: the launcher was meant, and there is no terminal to report to.
  watchParents(() => process.exit(1));
  return state;

  /** @returns {Promise<number>} */
  function firstSignal() {
    return new Promise((resolve) => {
      for (const [signal, code] of Object.entries(EXIT_CODES)) {
        process.on(signal, () => {
          if (state.isStopping) process.exit(code);
          state.isStopping = true;
          progress.note(`${signal}: stopping`);
          controller.abort();
          resolve(code);
        });
      }
    });
  }
}
