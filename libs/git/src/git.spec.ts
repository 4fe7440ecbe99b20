import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configText, gitEnvironment, hardening, settingsEnvironment, withoutHooks } from './git-environment';
import { runGit } from './run-git';
import { runProcess } from './run-process';

const sh = (script: string, options: Partial<Parameters<typeof runProcess>[0]> = {}) =>
  runProcess({
    command: '/bin/sh',
    args: ['-c', script],
    env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
    cwd: '/',
    timeoutMs: 20_000,
    maxOutputBytes: 1_000_000,
    ...options,
  });

describe('runProcess', () => {
  it('returns exit code, output and complaint, and passes input and environment', async () => {
    const script = 'cat; printf "%s" "$NAME"; echo why >&2; exit 3';
    const { end, stdout, stderr } = await sh(script, { input: 'in ', env: { NAME: 'x' } });
    expect([end, stdout.toString(), stderr]).toEqual([{ kind: 'exited', code: 3 }, 'in x', 'why\n']);
  });

  it('kills the process with all that it started at its timeout', async () => {
    // The child of the child holds standard output open, so the end is known when it too is gone.
    const { end } = await sh('sleep 60 & wait', { timeoutMs: 200 });
    expect(end).toEqual({ kind: 'timed_out' });
  });

  it('kills the process when its signal aborts, before or while it runs', async () => {
    await expect(sh('sleep 60', { signal: AbortSignal.abort() })).resolves.toMatchObject({
      end: { kind: 'canceled' },
    });
    const controller = new AbortController();
    const running = sh('echo begun; sleep 60', {
      signal: controller.signal,
      onOutput: async () => controller.abort(),
    });
    await expect(running).resolves.toMatchObject({ end: { kind: 'canceled' } });
  });

  it('keeps no more output than asked for, and ends a process that writes more', async () => {
    const { end, stdout } = await sh('yes', { maxOutputBytes: 10 });
    expect([end, stdout.toString()]).toEqual([{ kind: 'too_much_output' }, 'y\ny\ny\ny\ny\n']);
  });

  it('ends a process whose output is refused', async () => {
    const onOutput = () => Promise.reject(new Error('disk full'));
    await expect(sh('yes', { onOutput })).resolves.toMatchObject({
      end: { kind: 'output_refused', message: 'Error: disk full' },
    });
  });

  it('rejects when the program cannot be started', async () => {
    await expect(sh('', { command: '/nonexistent' })).rejects.toThrow('ENOENT');
  });
});

describe('runGit', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ymera-git-'));
    execFileSync('git', ['init', '--quiet', folder]);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const path = '/usr/local/bin:/usr/bin:/bin';
  const settings = [...hardening, withoutHooks];

  it.each(['a file', 'variables'])('has the settings that are given to it in %s', async (way) => {
    const configFile = join(folder, 'config');
    writeFileSync(configFile, way === 'a file' ? configText(settings) : '');
    const env = {
      ...gitEnvironment({ path, home: folder, configFile }),
      ...(way === 'variables' ? settingsEnvironment(settings) : {}),
    };
    for (const [key, value] of settings) {
      const { stdout } = await runGit(['config', '--get', key], { env, cwd: folder });
      expect([key, stdout.toString()]).toEqual([key, `${value}\n`]);
    }
  });

  it('writes values that need quotes, and names with a middle part, so that git reads them back', async () => {
    const configFile = join(folder, 'config');
    const value = ' a "b" \\ # c; d ';
    writeFileSync(configFile, configText([['url.https://x.y/.insteadOf', value]]));
    const env = gitEnvironment({ path, home: folder, configFile });
    const { stdout } = await runGit(['config', '--get', 'url.https://x.y/.insteadOf'], { env, cwd: folder });
    expect(stdout.toString()).toBe(`${value}\n`);
  });

  it('knows no variable of ours, and limits memory without a change of its arguments', async () => {
    const env = gitEnvironment({ path, home: folder });
    const options = {
      env,
      cwd: folder,
      maxMemoryBytes: 2 ** 30,
      settings: [['core.note', '$HOME *']] as const,
    };
    const { end, stdout } = await runGit(['config', '--get', 'core.note'], options);
    expect([end, stdout.toString()]).toEqual([{ kind: 'exited', code: 0 }, '$HOME *\n']);
  });
});
