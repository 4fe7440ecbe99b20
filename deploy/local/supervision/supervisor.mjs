/**
 * Runs as a process of its own session beside the launcher. It starts what the launcher asks for, and ends all of it when
 * the launcher says so or is gone: the channel between them closes even when the launcher is killed with -9.
 */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { identify } from '../machine/processes.mjs';
import { createSupervisedProcess } from './supervised-process.mjs';
import { createFamily, endFamily } from './sweep.mjs';

/** With the KILL after it this stays below the five seconds in which everything must be gone. */
const LAUNCHER_LOST_GRACE_MS = 2_000;
const LOOK_EVERY_MS = 1_000;

const [recordPath, marker, launcherPid] = process.argv.slice(2);
const processes = new Map();
const own = identify(process.pid);
const launcher = identify(Number(launcherPid));
const family = createFamily({ marker, spare: [process.pid, Number(launcherPid)] });
let ending = false;

function tell(message) {
  if (process.connected) process.send(message, () => {});
}

let recorded = '';

/** Lets the next launcher clean up should this process be killed as well. Written when the family has changed. */
function record() {
  family.look();
  const text = JSON.stringify({ marker, launcher, supervisor: own, children: family.members() });
  if (text === recorded) return;
  writeFileSync(`${recordPath}.new`, text);
  renameSync(`${recordPath}.new`, recordPath);
  recorded = text;
}

function start(spec) {
  const entry = createSupervisedProcess(spec, {
    env: { YMERA_SUPERVISION: [process.env.YMERA_SUPERVISION, marker].filter(Boolean).join('/') },
    onStart(pid) {
      family.add(pid);
      record();
      tell({ type: 'started', name: spec.name, pid });
    },
    onExit(event) {
      tell({ type: 'exited', name: spec.name, ...event });
    },
  });
  processes.set(spec.name, entry);
  entry.start();
}

async function stopStage(entries, graceMs) {
  await Promise.all(entries.map((entry) => entry.end(graceMs ?? entry.stop.graceMs)));
}

async function stop({ names, graceMs }) {
  const chosen = [...processes.values()].filter((entry) => !names || names.includes(entry.name));
  const stages = [...new Set(chosen.map((entry) => entry.stage))].sort((a, b) => b - a);
  for (const stage of stages)
    await stopStage(
      chosen.filter((entry) => entry.stage === stage),
      graceMs,
    );
  for (const entry of chosen) processes.delete(entry.name);
}

async function endAll({ graceMs, launcherLost }) {
  if (ending) return;
  ending = true;
  clearInterval(looking);
  family.look({ thorough: true });
  if (launcherLost) {
    const signals = new Map([...processes.values()].map((entry) => [entry.pid(), entry.stop.signal]));
    for (const entry of processes.values()) void entry.end(LAUNCHER_LOST_GRACE_MS);
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

const handlers = {
  start: ({ spec }) => start(spec),
  keep: ({ names }) => names.forEach((name) => processes.get(name)?.keep()),
  signal: ({ name, signal }) => processes.get(name)?.signal(signal),
  stop: async ({ request, names, graceMs }) => {
    await stop({ names, graceMs });
    tell({ type: 'stopped', request });
  },
  end: ({ graceMs }) => endAll({ graceMs }),
};

process.on('message', (message) => handlers[message.type](message));
process.on('disconnect', () => endAll({ launcherLost: true }));
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'])
  process.on(signal, () => endAll({ launcherLost: true }));

const looking = setInterval(record, LOOK_EVERY_MS);
record();
if (!process.connected) void endAll({ launcherLost: true });
tell({ type: 'ready' });
