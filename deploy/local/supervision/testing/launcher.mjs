/** A launcher for a test that kills it: starts children that are hard to end, and prints their pids. */
import { join } from 'node:path';
import { Supervisor } from '../client.mjs';

/** @import { ProcessSpec } from '../supervised-process.mjs' */

const [folder = '', stray = ''] = process.argv.slice(2);
const supervisor = new Supervisor({
  recordPath: join(folder, `launcher-${process.pid}.json`),
  marker: `launcher-${process.pid}`,
  logPath: join(folder, 'supervisor.log'),
});
/**
 * @param {string} name
 * @param {string} script
 * @returns {ProcessSpec}
 */
const spec = (name, script) => ({
  name,
  command: '/bin/sh',
  args: ['-c', script],
  cwd: '/',
  env: { PATH: process.env['PATH'] },
  log: join(folder, `${name}.log`),
  stage: 1,
  stop: { signal: 'SIGTERM', graceMs: 60_000 },
});
const ignoresSignals = await supervisor.start(
  spec('ignoresSignals', 'trap "" TERM INT HUP; sleep 600 & wait; sleep 600'),
);
const parent = await supervisor.start(
  spec('parent', `setsid env -i /bin/sh -c 'echo $$ > ${stray}; exec sleep 600' & wait`),
);
console.log(JSON.stringify({ supervisor: supervisor.pid, ignoresSignals, parent }));
