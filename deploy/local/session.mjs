import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchParents } from './machine/parents.mjs';
import { ensureFolder, stateRoot } from './paths.mjs';
import { Supervisor } from './supervision/client.mjs';
import { cleanLeftovers, endRecorded } from './supervision/leftovers.mjs';
import { createProgress } from './terminal/progress.mjs';
import { runAttached, runObserved, runQuietly } from './terminal/run.mjs';

/** How long a program on our terminal may tidy up after an interruption before what it uses is stopped. */
const ATTACHED_GRACE_MS = 5_000;
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/**
 * One run of the launcher: its progress display, its supervisor, and the promise that whatever it started is gone when it
 * ends, however it ends. `work` gets the session; what it answers is the exit code. `untilInterrupted`: Ctrl-C is its normal end.
 */
export async function withSession({ title, json = false, untilInterrupted = false }, work) {
  const progress = createProgress({ stream: json ? process.stderr : process.stdout });
  progress.heading(title);
  const session = await openSession(progress);
  const interrupted = interruption(session);
  try {
    const code = await Promise.race([work(session), interrupted.promise]);
    return untilInterrupted && code === EXIT_CODES.SIGINT ? 0 : code;
  } finally {
    interrupted.noted = true;
    await session.close();
  }
}

async function openSession(progress) {
  const folder = ensureFolder(join(ensureFolder(stateRoot, 0o711), 'sessions'));
  await cleanLeftovers(folder);
  const id = randomBytes(8).toString('hex');
  const recordPath = join(folder, `${id}.json`);
  const supervisor = new Supervisor({ recordPath, marker: id, logPath: join(folder, 'supervisor.log') });
  const closing = [];
  const running = new Set();
  const controller = new AbortController();
  const shared = { marker: id, signal: controller.signal };
  /** The session waits for its end, a little, before it stops what the program uses. */
  const attached = (start) => (command, args, options) => {
    const ending = start(command, args, { ...shared, ...options });
    const settled = ending.then(
      () => running.delete(settled),
      () => running.delete(settled),
    );
    running.add(settled);
    return ending;
  };

  return {
    progress,
    supervisor,
    controller,
    marker: id,
    /** Runs when the session ends, the last one first, after all processes are gone. */
    onClose: (act) => closing.unshift(act),
    run: (command, args, options) => runQuietly(command, args, { ...shared, ...options }),
    runAttached: attached(runAttached),
    runObserved: attached(runObserved),
    async close() {
      await Promise.race([Promise.all(running), sleep(ATTACHED_GRACE_MS, undefined, { ref: false })]);
      await supervisor.end();
      for (const act of closing.splice(0)) await act();
    },
    /** The supervisor was killed: what it would have ended is ended here. */
    endWithoutSupervisor: () => endRecorded(recordPath),
  };
}

/** Settles when somebody wants us to stop. A second Ctrl-C does not wait: the supervisor then ends everything by force. */
function interruption({ progress, controller, supervisor, endWithoutSupervisor }) {
  const state = { noted: false, promise: undefined };
  state.promise = new Promise((resolve) => {
    const stop = (reason, code) => {
      if (state.noted) process.exit(code);
      state.noted = true;
      progress.note(`${reason}: stopping`);
      controller.abort();
      resolve(code);
    };
    for (const [signal, code] of Object.entries(EXIT_CODES)) process.on(signal, () => stop(signal, code));
    supervisor.on('lost', async () => {
      progress.fail('the supervisor was killed; ending everything');
      await endWithoutSupervisor();
      process.exit(1);
    });
    // Whoever killed npm meant us, and nobody is left to tell.
    watchParents(() => process.exit(1));
  });
  return state;
}
