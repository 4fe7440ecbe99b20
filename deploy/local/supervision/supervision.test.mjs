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
import { nextRestart, RESTART_LIMIT } from './restart-policy.mjs';
import { descendants } from './sweep.mjs';

const folder = mkdtempSync(join(tmpdir(), 'ymera-supervision-'));
after(() => rmSync(folder, { recursive: true, force: true }));

async function eventually(condition, timeoutMs = 5_000) {
  const deadline = Date.now() + timeoutMs;
  while (!condition()) {
    assert.ok(Date.now() < deadline, `not within ${timeoutMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const spec = (name, script, extra) => ({
  name,
  command: '/bin/sh',
  args: ['-c', script],
  cwd: '/',
  env: { PATH: process.env.PATH },
  log: join(folder, `${name}.log`),
  stage: 1,
  stop: { signal: 'SIGTERM', graceMs: 1_000 },
  ...extra,
});

test('a crash loop is slowed down and given up', () => {
  assert.deepEqual(nextRestart([1_000], 1_000), { restart: true, delayMs: 500 });
  assert.deepEqual(nextRestart([1_000, 2_000, 3_000], 3_000), { restart: true, delayMs: 2_000 });
  assert.deepEqual(nextRestart(Array(RESTART_LIMIT).fill(1_000), 1_000), { restart: true, delayMs: 10_000 });
  assert.deepEqual(nextRestart(Array(RESTART_LIMIT + 1).fill(1_000), 1_000), { restart: false });
  assert.deepEqual(nextRestart([...Array(RESTART_LIMIT).fill(1_000), 500_000], 500_000), {
    restart: true,
    delayMs: 500,
  });
});

test('a log keeps two files and its last lines', () => {
  const path = join(folder, 'rotating.log');
  const log = openLog(path, { limitBytes: 50, tailLines: 2 });
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

  test('starts, keeps the output, and ends what it started, later stages first', async () => {
    const made = supervisor();
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

  test('one that cannot start, and one that dies, are told with their last lines', async () => {
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

  test('one that is kept is started again after it was killed', async () => {
    const made = supervisor();
    const first = await made.start(spec('kept', 'sleep 60'));
    made.keep(['kept']);
    made.signal('kept', 'SIGKILL');
    await eventually(() => made.pids().kept !== undefined && made.pids().kept !== first);
  });

  test('one that ignores the signal is killed after its grace', async () => {
    const made = supervisor();
    const pid = await made.start(
      spec('stubborn', 'trap "" TERM; sleep 60 & wait; sleep 60', {
        stop: { signal: 'SIGTERM', graceMs: 200 },
      }),
    );
    await made.stop({ names: ['stubborn'] });
    assert.equal(identify(pid), undefined);
  });

  test('a launcher killed with -9 leaves nothing, not even what left its group, session and environment', async () => {
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
    // The supervisor looks for strays once a second.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    launcher.kill('SIGKILL');
    await eventually(() => !family.some(isAlive), 5_000);
  });

  test('with launcher and supervisor killed, the next launcher cleans up', async () => {
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
