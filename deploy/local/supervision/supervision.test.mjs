import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, describe, test } from 'node:test';
import { identify, isAlive } from '../machine/processes.mjs';
import { Supervisor } from './client.mjs';
import { cleanLeftovers } from './leftovers.mjs';
import { openLog } from './log-file.mjs';
import { descendants } from './process-family.mjs';
import { MAX_RESTARTS_IN_WINDOW, nextRestart } from './restart-policy.mjs';

/** @import { ProcessSpec } from './supervised-process.mjs' */

const folder = mkdtempSync(join(tmpdir(), 'ymera-supervision-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** @param {() => boolean} condition */
async function eventually(condition, timeoutMs = 5_000) {
  const deadline = Date.now() + timeoutMs;
  while (!condition()) {
    assert.ok(Date.now() < deadline, `not within ${timeoutMs} ms: ${String(condition)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * @param {string} name
 * @param {string} script
 * @param {Partial<ProcessSpec>} [extra]
 * @returns {ProcessSpec}
 */
const spec = (name, script, extra) => ({
  name,
  command: '/bin/sh',
  args: ['-c', script],
  cwd: '/',
  env: { PATH: process.env['PATH'] },
  log: join(folder, `${name}.log`),
  stage: 1,
  stop: { signal: 'SIGTERM', graceMs: 1_000 },
  ...extra,
});

const deaths = (/** @type {number} */ count) => Array.from({ length: count }, () => 1_000);

test('a crash loop is restarted with backoff, and not at all after too many deaths', () => {
  assert.deepEqual(nextRestart([1_000], 1_000), { delayMs: 500 });
  assert.deepEqual(nextRestart([1_000, 2_000, 3_000], 3_000), { delayMs: 2_000 });
  assert.deepEqual(nextRestart(deaths(MAX_RESTARTS_IN_WINDOW), 1_000), { delayMs: 10_000 });
  assert.deepEqual(nextRestart(deaths(MAX_RESTARTS_IN_WINDOW + 1), 1_000), {});
  assert.deepEqual(nextRestart([...deaths(MAX_RESTARTS_IN_WINDOW), 500_000], 500_000), {
    delayMs: 500,
  });
});

test('a log keeps two files and its last lines', () => {
  const path = join(folder, 'rotating.log');
  const log = openLog(path, { maxBytes: 50, tailLines: 2 });
  for (let index = 0; index < 10; index += 1) log.write(Buffer.from(`line number ${index}\n`));
  log.write(Buffer.from('unfinished'));
  assert.ok(statSync(path).size <= 50 && statSync(`${path}.1`).size <= 50);
  assert.deepEqual(log.tail(), ['line number 8', 'line number 9', 'unfinished']);
  log.close();
});

test('descendants are found by parent, and by session when a parent in between is gone', () => {
  const table = [
    { pid: 10, parent: 1, session: 10 },
    { pid: 11, parent: 10, session: 10 },
    { pid: 12, parent: 11, session: 12 },
    { pid: 13, parent: 1, session: 10 },
    { pid: 20, parent: 1, session: 20 },
  ];
  assert.deepEqual([...descendants(table, [10])].sort(), [10, 11, 12, 13]);
});

describe('supervisor', () => {
  /** @type {Supervisor[]} */
  const open = [];
  let number = 0;

  function supervisor() {
    number += 1;
    const made = new Supervisor({
      recordPath: join(folder, `records-${number}.json`),
      marker: `marker-${process.pid}-${number}`,
      logPath: join(folder, 'supervisor.log'),
    });
    open.push(made);
    return made;
  }

  afterEach(async () => {
    await Promise.all(open.splice(0).map((made) => made.end({ graceMs: 0 })));
  });

  test('starts processes, keeps their output, and ends them, later stages first', async () => {
    const made = supervisor();
    /** @type {[string, boolean][]} */
    const ended = [];
    made.on('exited', ({ name, expected }) => ended.push([name, expected]));
    await made.start(spec('server', 'echo up; sleep 60'));
    await made.start(spec('client', 'sleep 60', { stage: 2 }));
    await eventually(() => readFileSync(join(folder, 'server.log'), 'utf8') === 'up\n');
    await made.stop();
    assert.deepEqual(ended, [
      ['client', true],
      ['server', true],
    ]);
  });

  test('reports a process that cannot start, and one that dies with its last lines', async () => {
    const made = supervisor();
    await assert.rejects(made.start(spec('nothing', '', { command: '/no/such/program' })), {
      code: 'start_failed',
    });
    const exited = once(made, 'exited');
    await made.start(spec('short', 'echo because; exit 3'));
    const [event] = await exited;
    assert.deepEqual(
      [event.reason, event.tail, event.expected, event.restartInMs],
      ['exit code 3', ['because'], false, undefined],
    );
  });

  test('starts a kept process again after it was killed', async () => {
    const made = supervisor();
    const first = await made.start(spec('kept', 'sleep 60'));
    made.keep(['kept']);
    made.signal('kept', 'SIGKILL');
    await eventually(() => made.pids()['kept'] !== undefined && made.pids()['kept'] !== first);
  });

  test('stops a process whose stop command does not exist', async () => {
    const made = supervisor();
    const pid = await made.start(
      spec('container', 'sleep 60', {
        stop: { signal: 'SIGTERM', graceMs: 200, command: ['/no/such/docker', 'rm'] },
      }),
    );
    await made.stop({ names: ['container'] });
    assert.equal(identify(pid), undefined);
    assert.deepEqual(made.pids(), {});
    await made.start(spec('another', 'sleep 60'));
  });

  test('kills a process that ignores the signal after the grace period', async () => {
    const made = supervisor();
    const pid = await made.start(
      spec('stubborn', 'trap "" TERM; sleep 60 & wait; sleep 60', {
        stop: { signal: 'SIGTERM', graceMs: 200 },
      }),
    );
    await made.stop({ names: ['stubborn'] });
    assert.equal(identify(pid), undefined);
  });

  test('ends every process of a launcher killed with -9, also one that left group, session and environment', async () => {
    const stray = join(folder, 'stray.pid');
    const launcher = spawn(
      process.execPath,
      [join(import.meta.dirname, 'testing', 'launcher.mjs'), folder, stray],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = await once(launcher.stdout.setEncoding('utf8'), 'data');
    const pids = JSON.parse(line);
    await eventually(() => existsSync(stray) && readFileSync(stray, 'utf8').trim() !== '');
    const family = [...Object.values(pids), Number(readFileSync(stray, 'utf8'))].map(identify);
    assert.ok(family.every(isAlive));
    // The supervisor searches for escaped processes once a second.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    launcher.kill('SIGKILL');
    await eventually(() => !family.some(isAlive), 5_000);
  });

  test('leaves a record with which the next launcher cleans up when launcher and supervisor were killed', async () => {
    const records = mkdtempSync(join(folder, 'records-'));
    const stray = join(records, 'stray.pid');
    const launcher = spawn(
      process.execPath,
      [join(import.meta.dirname, 'testing', 'launcher.mjs'), records, stray],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = await once(launcher.stdout.setEncoding('utf8'), 'data');
    const { supervisor: supervisorPid, ...children } = JSON.parse(line);
    const family = Object.values(children).map(identify);
    process.kill(supervisorPid, 'SIGKILL');
    launcher.kill('SIGKILL');
    await once(launcher, 'exit');
    assert.ok(family.every(isAlive));
    await cleanLeftovers(records);
    assert.ok(!family.some(isAlive));
  });
});
