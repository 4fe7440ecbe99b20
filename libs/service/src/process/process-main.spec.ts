import { buildLibraries, runScript, type Started } from '../testing/child-process';

beforeAll(() => buildLibraries('kernel', 'config', 'observability', 'service'));

/** `start` is the body of an asynchronous function of `config` and `runtime`. */
const run = (start: string, environment: Readonly<Record<string, string>> = {}): Started =>
  runScript(
    `
    const { processEnvironment } = require('@ymera/config');
    const { failure, FailureException } = require('@ymera/kernel');
    const { processMain } = require('@ymera/service/process');
    processMain({
      name: 'test-process',
      configSchema: processEnvironment,
      start: async (config, runtime) => { ${start} },
    });`,
    environment,
  );

/** Keeps the process alive until it is told to exit. */
const running = 'setInterval(() => undefined, 1_000);';

describe('processMain', () => {
  it('closes what was deferred, last first, and exits with 0 on SIGTERM', async () => {
    const { child, printed, ended } = run(`${running}
      runtime.shutdown.defer('database', () => say('database closed'));
      runtime.shutdown.defer('consumers', () => say('consumers drained, stopping: ' + runtime.stopping.aborted));
      say('started');`);
    await printed('started');
    child.kill('SIGTERM');
    const { code, out, err } = await ended;
    expect([code, err]).toEqual([0, '']);
    expect(out.split('\n').filter((line) => line !== '' && !line.startsWith('{'))).toEqual([
      'started',
      'consumers drained, stopping: true',
      'database closed',
    ]);
    expect(out).toContain('"signal":"SIGTERM"');
  });

  it('waits for a start under way when SIGINT arrives, then closes what it opened', async () => {
    const { child, printed, ended } = run(`${running}
      say('starting');
      await new Promise((resolve) => runtime.stopping.addEventListener('abort', resolve));
      await new Promise(setImmediate);
      runtime.shutdown.defer('late', () => say('closed'));`);
    await printed('starting');
    child.kill('SIGINT');
    const { code, out } = await ended;
    expect([code, out]).toEqual([0, expect.stringContaining('closed')]);
  });

  it('exits with 0 and prints no error when a start gives up because of SIGTERM', async () => {
    const { child, printed, ended } = run(`${running}
      say('starting');
      await new Promise((_, reject) => runtime.stopping.addEventListener('abort', () => reject(new Error('gave up'))));`);
    await printed('starting');
    child.kill('SIGTERM');
    const { code, err } = await ended;
    expect([code, err]).toEqual([0, '']);
  });

  it('exits with 1 at a second signal', async () => {
    const { child, printed, ended } = run(`${running}
      runtime.shutdown.defer('hanging', () => { say('closing'); return new Promise(() => undefined); });
      say('started');`);
    await printed('started');
    child.kill('SIGTERM');
    await printed('closing');
    child.kill('SIGTERM');
    expect((await ended).code).toBe(1);
  });

  it('exits with 1 when what it closes takes longer than YMERA_DRAIN_SECONDS', async () => {
    const { child, printed, ended } = run(
      `${running}
      runtime.shutdown.defer('hanging', () => new Promise(() => undefined));
      say('started');`,
      { YMERA_DRAIN_SECONDS: '0.1' },
    );
    await printed('started');
    child.kill('SIGTERM');
    const { code, out } = await ended;
    expect([code, out]).toEqual([1, expect.stringContaining('stopped before everything was drained')]);
  });

  it('exits with 1 and prints every problem of the configuration', async () => {
    const { ended } = run(running, { YMERA_HTTP_PORT: 'none', YMERA_LOG_LEVEL: 'loud' });
    const { code, err } = await ended;
    expect(code).toBe(1);
    expect(err).toMatch(/^test-process cannot run: the configuration has 2 problem\(s\):/);
    expect(err).toMatch(/YMERA_HTTP_PORT:.*\n.*YMERA_LOG_LEVEL:/);
    expect(err).not.toContain('at ');
  });

  it('exits with 1 after closing what it opened, and prints what to do, when it cannot start', async () => {
    const { ended } = run(`${running}
      runtime.shutdown.defer('database', () => say('database closed'));
      throw new FailureException(failure('unavailable', 'sandbox_unavailable', 'No bwrap.', { suggestion: 'Install bubblewrap.' }));`);
    expect(await ended).toEqual({
      code: 1,
      out: 'database closed\n',
      err: 'test-process cannot run: sandbox_unavailable: No bwrap.\nInstall bubblewrap.\n',
    });
  });

  it('prints the stack of an unexpected error of the start', async () => {
    const { ended } = run(`throw new TypeError('a bug');`);
    const { code, err } = await ended;
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/^test-process cannot run: TypeError: a bug\n +at /) as string,
    ]);
  });

  it('logs an uncaught error and exits with 1', async () => {
    const { ended } = run(`${running} setTimeout(() => { throw new Error('a bug'); }, 1);`);
    const { code, out } = await ended;
    expect([code, out]).toEqual([1, expect.stringContaining('uncaught error, exiting')]);
  });
});
