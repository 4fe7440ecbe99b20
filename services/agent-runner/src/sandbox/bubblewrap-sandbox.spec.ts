import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { builtTools } from '../testing/built-tools';
import { SandboxFixture } from '../testing/sandbox-fixture';
import { processTree } from './process-tree';

jest.setTimeout(60_000);

const fixture = new SandboxFixture();
afterAll(() => fixture.close());

/** Running processes of this test: all descendants of a sandbox until they are gone. */
const running = () => processTree(process.pid).length;

/** 40 MiB in pieces that are small each. */
const manyFiles = 'mkdir -p many; for i in $(seq 40); do head -c 1048576 /dev/zero > many/$i; done';

describe.each(['project', 'command'] as const)('a %s run', (profile) => {
  it('writes in the working copy, and returns how the command ended', async () => {
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
    expect(names?.trim()).toBe(
      'CI HOME LANG LOGNAME NO_COLOR PATH PWD PYTHONDONTWRITEBYTECODE SHELL TERM TMPDIR TZ USER',
    );
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

  it('is killed at its deadline, with all its processes', async () => {
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

  it('may print a gigabyte, of which the beginning and the end are kept', async () => {
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

  it('is killed when all its processes together exceed the memory limit', async () => {
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

  it('cannot write a file above the size limit', async () => {
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

  it('may have a working copy larger than its growth limit', async () => {
    await fixture.run(manyFiles, { profile });
    const outcome = await fixture.run('sleep 1', { profile, limits: { workspaceMb: 20 } });
    expect(outcome).toMatchObject({ end: 'exited', exitCode: 0 });
    rmSync(join(fixture.workspace, 'many'), { recursive: true });
  });

  it('gets its environment without arguments, which every user of the host may see', async () => {
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

describe('a project run', () => {
  it('sees nothing of the host but the system', async () => {
    const outcome = await fixture.run('ls / | tr "\\n" " "; ls -A /tmp ~ | wc -l; ls /home /root', {
      profile: 'project',
    });
    expect(outcome.stdout).not.toMatch(/home|root|srv|mnt/);
  });

  it('sees its read-only mounts', async () => {
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
  it('kills its commands', async () => {
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
