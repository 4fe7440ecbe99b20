import { interruption, stoppedExitCode, stopping } from './interruption';

const never = new Promise<never>(() => undefined);

describe('an interruption', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('is %s, also when it comes twice', (name) => {
    const before = new Set(process.listeners(name));
    const signal = interruption();
    const [heard] = process.listeners(name).filter((listener) => !before.has(listener));
    heard?.(name);
    heard?.(name);
    expect(signal.aborted).toBe(true);
    for (const each of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      for (const listener of process.listeners(each).slice(-1)) process.removeListener(each, listener);
  });

  it.each([
    ['interrupted', 130],
    ['no_answer', 2],
    ['tests_failed', undefined],
    [undefined, undefined],
  ])('%s ends with %s', (code, exitCode) => {
    expect(stoppedExitCode(code)).toBe(exitCode);
  });
});

describe('work that is interrupted', () => {
  const stopped = AbortSignal.abort();

  it('is waited for while it takes back what it began', async () => {
    await expect(stopping(Promise.resolve('canceled'), stopped)).resolves.toBe('canceled');
  });

  it('is not waited for longer than that, before or after it began', async () => {
    const interrupted = { code: 'interrupted', exitCode: 130 };
    await expect(stopping(never, stopped, 1)).rejects.toMatchObject(interrupted);
    const stop = new AbortController();
    const work = stopping(never, stop.signal, 1);
    stop.abort();
    await expect(work).rejects.toMatchObject(interrupted);
  });

  it('fails as interrupted, whatever it stumbled over; other work as itself', async () => {
    const failing = Promise.reject(new Error('the gateway is gone'));
    await expect(stopping(failing, stopped)).rejects.toMatchObject({ code: 'interrupted' });
    await expect(stopping(failing, new AbortController().signal)).rejects.toThrow('the gateway is gone');
  });
});
