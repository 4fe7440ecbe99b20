/**
 * A process in a session of its own beside the launcher. It starts what the launcher asks for, and ends all of it when
 * the launcher asks, or is gone: the channel between them closes even after `kill -9` of the launcher.
 */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { identify } from '../machine/processes.mjs';
import { createFamily, endFamily } from './process-family.mjs';
import { createSupervisedProcess } from './supervised-process.mjs';

/**
 * @import { StopOptions, SupervisorCommand, SupervisorEvent } from './client.mjs'
 * @import { ProcessSpec, SupervisedProcess } from './supervised-process.mjs'
 */

/** With the SIGKILL after it this stays below the five seconds in which everything must be gone. */
const LAUNCHER_LOST_GRACE_MS = 2_000;
const REFRESH_INTERVAL_MS = 1_000;

const [recordPath = '', marker = '', launcherPid = ''] = process.argv.slice(2);
/** @type {Map<string, SupervisedProcess>} */
const processes = new Map();
const own = identify(process.pid);
const launcher = identify(Number(launcherPid));
const family = createFamily({ marker, spare: [process.pid, Number(launcherPid)] });
let ending = false;

/** @param {SupervisorEvent} event */
function publish(event) {
  if (process.connected) process.send?.(event, () => {});
}

let recorded = '';

/** Lets the next launcher clean up if this process is killed as well. Written when the family has changed. */
function record() {
  family.refresh();
  const text = JSON.stringify({ marker, launcher, supervisor: own, children: family.members() });
  if (text === recorded) return;
  writeFileSync(`${recordPath}.new`, text);
  renameSync(`${recordPath}.new`, recordPath);
  recorded = text;
}

/** @param {ProcessSpec} spec */
function start(spec) {
  const supervised = createSupervisedProcess(spec, {
    env: { YMERA_SUPERVISION: [process.env['YMERA_SUPERVISION'], marker].filter(Boolean).join('/') },
    onStart(pid) {
      family.add(pid);
      record();
      publish({ type: 'started', name: spec.name, pid });
    },
    onExit(exit) {
      publish({ type: 'exited', name: spec.name, ...exit });
    },
  });
  processes.set(spec.name, supervised);
  supervised.start();
}

/** @param {StopOptions} options */
async function stop({ names, graceMs }) {
  const chosen = [...processes.values()].filter(({ name }) => !names || names.includes(name));
  const stages = [...new Set(chosen.map(({ stage }) => stage))].sort((a, b) => b - a);
  for (const stage of stages) {
    const ofStage = chosen.filter((supervised) => supervised.stage === stage);
    await Promise.all(ofStage.map((supervised) => supervised.end(graceMs)));
  }
  for (const { name } of chosen) processes.delete(name);
}

/** @param {{ graceMs?: number | undefined, launcherLost?: boolean }} options */
async function endAll({ graceMs, launcherLost = false }) {
  if (ending) return;
  ending = true;
  clearInterval(refreshing);
  family.refresh({ thorough: true });
  if (launcherLost) {
    const signals = new Map([...processes.values()].map(({ pid, stop: { signal } }) => [pid(), signal]));
    for (const supervised of processes.values()) void supervised.end(LAUNCHER_LOST_GRACE_MS);
    await endFamily(family, {
      graceMs: LAUNCHER_LOST_GRACE_MS,
      signalOf: (pid) => signals.get(pid) ?? 'SIGTERM',
    });
  } else {
    await stop({ graceMs });
    await endFamily(family, { graceMs: 500 });
  }
  rmSync(recordPath, { force: true });
  process.exit(0);
}

/** @param {SupervisorCommand} command */
async function handle(command) {
  switch (command.type) {
    case 'start':
      return start(command.spec);
    case 'keep':
      return command.names.forEach((name) => processes.get(name)?.keep());
    case 'signal':
      return void processes.get(command.name)?.signal(command.signal);
    case 'stop':
      await stop(command);
      return publish({ type: 'stopped', request: command.request });
    case 'end':
      return endAll(command);
  }
}

process.on('message', (message) => void handle(/** @type {SupervisorCommand} */ (message)));
process.on('disconnect', () => void endAll({ launcherLost: true }));
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'])
  process.on(signal, () => void endAll({ launcherLost: true }));

const refreshing = setInterval(record, REFRESH_INTERVAL_MS);
record();
if (!process.connected) void endAll({ launcherLost: true });
publish({ type: 'ready' });
