import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { builtTools } from '../testing/built-tools';
import { SandboxFixture } from '../testing/sandbox-fixture';
import { BubblewrapSandbox } from './bubblewrap-sandbox';
import { processesWith, processTree } from './process-tree';
import { openSandbox, probeSandbox } from './probe-sandbox';

jest.setTimeout(60_000);

const fixture = new SandboxFixture();
afterAll(() => fixture.close());

/** Processes of this test that still run: everything a sandbox started descends from here until it is gone. */
const running = () => processTree(process.pid).length;

/** 40 MiB in pieces that are small each. */
const manyFiles = 'mkdir -p many; for i in $(seq 40); do head -c 1048576 /dev/zero > many/$i; done';

describe.each(['project', 'command'] as const)('a %s run', (profile) => {
  it('writes in the working copy, and says how the command ended', async () => {
    const outcome = await fixture.run('echo done > result; echo out; echo err >&2; exit 3', { profile });
    expect(outcome).toMatchObject({
      end: 'exited',
      exitCode: 3,
      stdout: 'out\n',
      stderr: 'err\n',
      outsideWrites: [],
    });
    expect(readFileSync(join(fixture.workspace, 'result'), 'utf8')).toBe('done\n');
  });

  it('reads standard input', async () => {
    const outcome = await fixture.run('cat', { profile, stdin: '{"task_id":1}' });
    expect(outcome.stdout).toBe('{"task_id":1}');
  });

  it('gets an allow-listed environment: nothing of npm, nothing of the runner', async () => {
    process.env['npm_config_leak'] = 'x';
    process.env['YMERA_SECRET'] = 'x';
    const outcome = await fixture.run('env | cut -d= -f1 | sort | tr "\\n" " "; echo; echo $PATH', {
      profile,
    });
    delete process.env['npm_config_leak'];
    delete process.env['YMERA_SECRET'];
    const [names, path] = outcome.stdout.split('\n');
    expect(names?.trim()).toBe('CI HOME LANG LOGNAME NO_COLOR PATH PWD SHELL TERM TMPDIR TZ USER');
    expect(path).not.toContain('node_modules');
  });

  it('has node and npm, and a user with a name', async () => {
    const outcome = await fixture.run('node -p "os.userInfo().username.length > 0" && npm --version', {
      profile,
    });
    expect(outcome).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^true\n\d+\./) });
  });

  it('reaches no network, not even the host itself', async () => {
    const server = await new Promise<Server>((resolve) => {
      const listening = createServer((_, response) => response.end('reached')).listen(0, '127.0.0.1', () =>
        resolve(listening),
      );
    });
    const { port } = server.address() as AddressInfo;
    const script = `fetch("http://127.0.0.1:${port}").then(r => r.text()).then(console.log, e => console.log(e.cause.code))`;
    const closed = await fixture.run(`node -e '${script}'`, { profile });
    const open = await fixture.run(`node -e '${script}'`, { profile, network: true });
    server.close();
    expect(closed.stdout).toBe('ECONNREFUSED\n');
    expect(open.stdout).toBe('reached\n');
  });

  it('is ended at its deadline, with every process it started', async () => {
    const before = running();
    const started = performance.now();
    const outcome = await fixture.run('(setsid sleep 1000 &) ; trap "" TERM; while :; do sleep 0.1; done', {
      profile,
      timeoutMs: 500,
    });
    expect(outcome).toMatchObject({ end: 'timed_out', exitCode: null });
    expect(performance.now() - started).toBeLessThan(1_500);
    expect(running()).toBe(before);
  });

  it('is canceled within a second', async () => {
    const abort = new AbortController();
    let canceledAt = 0;
    const outcome = await fixture.run('echo ready; trap "" TERM INT; while :; do :; done', {
      profile,
      signal: abort.signal,
      onOutput: () => {
        canceledAt = performance.now();
        abort.abort();
      },
    });
    expect(outcome.end).toBe('canceled');
    expect(performance.now() - canceledAt).toBeLessThan(1_000);
  });

  it('survives a fork bomb', async () => {
    const before = running();
    const outcome = await fixture.run('bomb() { bomb | bomb & }; bomb; sleep 2; echo survived', {
      profile,
      timeoutMs: 8_000,
      limits: { processes: 64 },
    });
    expect(outcome.stderr + outcome.stdout).toMatch(/fork|survived/i);
    expect(running()).toBe(before);
  });

  it('may print a gigabyte: its beginning and its end are kept', async () => {
    const memory = process.memoryUsage().rss;
    let passedOn = 0;
    const outcome = await fixture.run('echo begin; head -c 1073741824 /dev/zero; echo; echo end', {
      profile,
      timeoutMs: 90_000,
      limits: { outputBytes: 10_000 },
      onOutput: (_, chunk) => (passedOn += chunk.length),
    });
    expect(outcome).toMatchObject({ end: 'exited', exitCode: 0, outputTruncated: true });
    expect(outcome.stdout.startsWith('begin\n')).toBe(true);
    expect(outcome.stdout.endsWith('end\n')).toBe(true);
    expect(outcome.stdout.length).toBeLessThan(11_000);
    expect(passedOn).toBeLessThanOrEqual(10_000);
    expect(process.memoryUsage().rss - memory).toBeLessThan(300 * 1_048_576);
  }, 120_000);

  it('is ended when all its processes together use too much memory', async () => {
    const eat = 'const all = []; setInterval(() => all.push(Buffer.alloc(20e6, 1)), 20)';
    const outcome = await fixture.run(`node -e "${eat}" & node -e "${eat}" & wait`, {
      profile,
      limits: { memoryMb: 400 },
      usageIntervalMs: 50,
    });
    expect(outcome).toMatchObject({
      end: 'memory_exceeded',
      reason: 'it used more than 400 MiB of memory',
    });
  });

  it('cannot write a file without bound', async () => {
    const outcome = await fixture.run('head -c 20000000 /dev/zero > big', {
      profile,
      limits: { fileSizeMb: 1 },
    });
    expect(outcome.exitCode).not.toBe(0);
    rmSync(join(fixture.workspace, 'big'), { force: true });
  });

  it('cannot fill the disk with many files', async () => {
    const outcome = await fixture.run(`${manyFiles}; sleep 1000`, { profile, limits: { workspaceMb: 20 } });
    expect(outcome).toMatchObject({
      end: 'disk_exceeded',
      exitCode: null,
      reason: 'it wrote more than 20 MiB to the disk',
    });
    rmSync(join(fixture.workspace, 'many'), { recursive: true });
  });

  it('may have a working copy larger than what it may add', async () => {
    await fixture.run(manyFiles, { profile });
    const outcome = await fixture.run('sleep 1', { profile, limits: { workspaceMb: 20 } });
    expect(outcome).toMatchObject({ end: 'exited', exitCode: 0 });
    rmSync(join(fixture.workspace, 'many'), { recursive: true });
  });

  it('gets its environment by no process’s arguments, which every user of the host may see', async () => {
    const secret = ['sk', 'of', process.pid, profile].join('-');
    const seen: string[] = [];
    const abort = new AbortController();
    const outcome = await fixture.run('echo "$SECRET"; sleep 1000', {
      profile,
      environment: { SECRET: secret },
      signal: abort.signal,
      onOutput: () => {
        if (abort.signal.aborted) return;
        for (const { pid } of processTree(process.pid))
          seen.push(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
        abort.abort();
      },
    });
    expect(outcome.stdout).toContain(secret);
    expect(seen.some((words) => words.includes('bwrap'))).toBe(true);
    expect(seen.filter((words) => words.includes(secret))).toEqual([]);
  });

  it('sees no processes but its own', async () => {
    const outcome = await fixture.run('ls /proc | grep -c "^[0-9]"', { profile });
    expect(Number(outcome.stdout)).toBeLessThan(10);
  });

  it('cannot change the kernel’s settings', async () => {
    const outcome = await fixture.run('echo 1 > /proc/sys/kernel/panic', { profile });
    expect(outcome.exitCode).not.toBe(0);
  });
});

describe('a command run', () => {
  const outside = join(fixture.folder, 'beside');

  it.each([
    ['a system file', 'echo x >> /etc/hosts', '/etc/hosts'],
    ['a new system file', 'echo x > /etc/ymera-escape', '/etc/ymera-escape'],
    ['the folder above', 'echo x > ../ymera-escape', '../ymera-escape'],
    ['the root', 'echo x > /ymera-escape', '/ymera-escape'],
    ['its home', 'echo x > ~/ymera-escape', '~/ymera-escape'],
    ['/tmp', 'mkdir /tmp/ymera-escape; echo x > /tmp/ymera-escape/x', '/tmp/ymera-escape'],
    ['/var/tmp', 'echo x > /var/tmp/ymera-escape', '/var/tmp/ymera-escape'],
    ['shared memory', 'echo x > /dev/shm/ymera-escape', '/dev/shm/ymera-escape'],
    ['a file beside a named one', `echo x > ${outside}/leak`, `${outside}/leak`],
    ['a link that leaves', `ln -s ${outside} link; echo x > link/leak; rm link`, `${outside}/leak`],
    ['a removal', `rm ${outside}/precious`, `${outside}/precious`],
  ])('that writes to %s is found out, and nothing happened', async (_, command, path) => {
    mkdirSync(outside, { recursive: true });
    writeFileSync(join(outside, 'precious'), 'kept');
    const hosts = readFileSync('/etc/hosts', 'utf8');
    const outcome = await fixture.run(`ls ${outside} > /dev/null; ${command}`);
    expect(outcome.outsideWrites).toEqual([path]);
    expect(readFileSync('/etc/hosts', 'utf8')).toBe(hosts);
    expect(readdirSync(outside)).toEqual(['precious']);
    for (const place of ['/etc', '/', '/tmp', '/var/tmp', '/dev/shm', fixture.folder]) {
      expect(existsSync(join(place, 'ymera-escape'))).toBe(false);
    }
  });

  it('may read, touch nothing, and keep its own state in its home and temporary folder', async () => {
    const outcome = await fixture.run(
      'cat /etc/hosts > copy; exec 3<>/etc/hosts 3>&-; mkdir ~/.cache; echo x > ~/.cache/x; mktemp > made; cat made',
    );
    expect(outcome).toMatchObject({ exitCode: 0, outsideWrites: [] });
    expect(outcome.stdout).toContain('/ymera/tmp/');
  });

  it('that changes who may do what with a file is found out, and nothing happened', async () => {
    mkdirSync(outside, { recursive: true });
    for (const name of ['changed', 'touched']) {
      writeFileSync(join(outside, name), 'kept', { mode: 0o644 });
      const { owner } = fixture.bubblewrap;
      if (owner) chownSync(join(outside, name), owner.uid, owner.gid);
    }
    const outcome = await fixture.run(
      `cd ${outside}; touch touched; chmod 644 touched; exec 3<>touched 3>&-; chmod 666 changed`,
    );
    expect(outcome).toMatchObject({ exitCode: 0, outsideWrites: [join(outside, 'changed')] });
    expect(statSync(join(outside, 'changed')).mode & 0o777).toBe(0o644);
    for (const name of ['changed', 'touched']) rmSync(join(outside, name));
  });

  it('sees what its own command line names, below a private /tmp', async () => {
    mkdirSync(outside, { recursive: true });
    writeFileSync(join(outside, 'agent.mjs'), 'import { word } from "./word.mjs"; console.log(word);');
    writeFileSync(join(outside, 'word.mjs'), 'export const word = "found";');
    const outcome = await fixture.run(`node ${join(outside, 'agent.mjs')}; ls /tmp | wc -l`);
    expect(outcome).toMatchObject({ stdout: 'found\n1\n', outsideWrites: [] });
  });

  it('does not see the platform’s folders, keys and password hashes, named or not', async () => {
    const state = join('/var/lib', `ymera-test-${process.pid}`);
    mkdirSync(state);
    writeFileSync(join(state, 'secret'), 'secret');
    const hiding = new BubblewrapSandbox({
      scratchFolder: fixture.scratchFolder,
      hostNode: fixture.hostNode,
      hidden: [state],
    });
    const outcome = await hiding.run({
      profile: 'command',
      command: `cat ${state}/secret /etc/shadow; ls -d ${state}; ls -d ~/.ssh /root/.ssh`,
      workspace: fixture.workspace,
      timeoutMs: 10_000,
    });
    rmSync(state, { recursive: true });
    expect(outcome.stdout).toBe('');
    expect(outcome.outsideWrites).toEqual([]);
  });
});

describe('a project run', () => {
  it('sees nothing of the host but the system', async () => {
    const outcome = await fixture.run('ls / | tr "\\n" " "; ls -A /tmp ~ | wc -l; ls /home /root', {
      profile: 'project',
    });
    expect(outcome.stdout).not.toMatch(/home|root|srv|mnt/);
  });

  it('sees what it is given, read-only', async () => {
    const cache = join(fixture.folder, 'cache');
    mkdirSync(cache, { recursive: true });
    writeFileSync(join(cache, 'module.js'), 'kept');
    const outcome = await fixture.run('cat node_modules/module.js; echo x > node_modules/module.js', {
      profile: 'project',
      mounts: [{ source: cache, target: 'node_modules' }],
    });
    expect(outcome.stdout).toBe('kept');
    expect(outcome.stderr).toContain('Read-only file system');
  });
});

describe('a runner that is killed', () => {
  it('takes its commands with it', async () => {
    const options = { scratchFolder: fixture.scratchFolder, hostNode: fixture.hostNode, hidden: [] };
    const run = {
      profile: 'command',
      command: 'echo up; setsid sleep 4321',
      workspace: fixture.workspace,
      timeoutMs: 60_000,
    };
    const script = `
      const { BubblewrapSandbox } = require(${JSON.stringify(join(builtTools(), '../sandbox/bubblewrap-sandbox.js'))});
      void new BubblewrapSandbox(${JSON.stringify(options)}).run({ ...${JSON.stringify(run)}, onOutput: (_, text) => console.log(text) });`;
    const runner = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(runner.stdout, 'data');
    const members = processTree(runner.pid ?? 0).map(({ pid }) => pid);
    expect(members.length).toBeGreaterThan(3);
    runner.kill('SIGKILL');
    const isAlive = (pid: number) => processTree(pid).some((row) => row.pid === pid && row.state !== 'Z');
    for (let left = 50; left > 0 && members.some(isAlive); left -= 1) await setTimeout(20);
    expect(members.filter(isAlive)).toEqual([]);
  });
});

describe('the probe', () => {
  it('finds a working sandbox', async () => {
    expect(await probeSandbox(fixture.bubblewrap, fixture.scratchFolder)).toEqual({
      ok: true,
      value: undefined,
    });
  });

  it('refuses loudly where commands cannot be confined, and says what to do', async () => {
    expect(await probeSandbox(fixture.unconfined, fixture.scratchFolder)).toMatchObject({
      ok: false,
      error: { code: 'sandbox_unavailable', suggestion: expect.stringContaining('--no-sandbox') },
    });
  });

  it('accepts a host that can only be shown read-only: writes outside then fail and are named', async () => {
    const readOnly = new BubblewrapSandbox({
      scratchFolder: fixture.scratchFolder,
      hostNode: fixture.hostNode,
      hidden: [],
      layers: false,
    });
    expect(await probeSandbox(readOnly, fixture.scratchFolder)).toMatchObject({ ok: true });
    const outcome = await readOnly.run({
      profile: 'command',
      command: 'cat /etc/shadow; echo x > /etc/ymera-escape',
      workspace: fixture.workspace,
      timeoutMs: 10_000,
    });
    expect(outcome.stdout).toBe('');
    expect(outcome.outsideWrites).toEqual([expect.stringContaining('Read-only file system')]);
  });

  it('opens the layered one where it can', async () => {
    const opened = await openSandbox({
      scratchFolder: fixture.scratchFolder,
      hostNode: fixture.hostNode,
      hidden: [],
    });

    expect(opened).toMatchObject({ ok: true, value: { name: 'bubblewrap' } });
  });
});

describe('without a sandbox', () => {
  it('time, output and environment are bounded all the same', async () => {
    const before = running();
    const outcome = await fixture.unconfined.run({
      profile: 'command',
      command: 'echo $HOME; (setsid sleep 1000 &); sleep 1000',
      workspace: fixture.workspace,
      timeoutMs: 400,
    });
    expect(outcome).toMatchObject({
      end: 'timed_out',
      stdout: expect.stringContaining(fixture.scratchFolder),
    });
    expect(outcome.durationMs).toBeLessThan(1_500);
    expect(running()).toBe(before);
    expect(processesWith(`TMPDIR=${fixture.scratchFolder}`)).toEqual([]);
  });

  it('neither the working copy nor the temporary folder can fill the disk', async () => {
    const outcome = await fixture.unconfined.run({
      profile: 'command',
      command: `cd $TMPDIR; ${manyFiles}; sleep 1000`,
      workspace: fixture.workspace,
      timeoutMs: 20_000,
      limits: { workspaceMb: 20 },
    });
    expect(outcome).toMatchObject({ end: 'disk_exceeded', reason: expect.stringContaining('20 MiB') });
  });

  it('a command that cannot be started is told apart', async () => {
    const outcome = await fixture.unconfined.run({
      profile: 'command',
      command: ['/nowhere/agent'],
      workspace: fixture.workspace,
      timeoutMs: 400,
    });
    expect(outcome).toMatchObject({ end: 'could_not_start', reason: expect.stringContaining('ENOENT') });
  });
});
