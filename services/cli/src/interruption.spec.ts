import { interruption, stopping, whenInterrupted } from './interruption';

const never = new Promise<never>(() => undefined);

describe('an interruption', () => {
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const own = names.map((name) => process.listeners(name));
  const heardBy = (name: (typeof names)[number]): void => {
    const others = own[names.indexOf(name)] ?? [];
    for (const listener of process.listeners(name)) if (!others.includes(listener)) listener(name);
  };
  afterEach(() => {
    names.forEach((name, index) => {
      for (const listener of process.listeners(name))
        if (!own[index]?.includes(listener)) process.removeListener(name, listener);
    });
  });

  it.each(names)('is %s, also when it comes twice', (name) => {
    const signal = interruption();
    heardBy(name);
    heardBy(name);
    expect(signal.aborted).toBe(true);
  });

  it.each(names)('ends a command (%s), unless that takes back what it began', (name) => {
    let ended = 0;
    whenInterrupted(() => {
      ended += 1;
    });
    heardBy(name);
    expect(ended).toBe(1);
    const signal = interruption();
    heardBy(name);
    expect([ended, signal.aborted]).toEqual([1, true]);
  });
});

describe('work that is interrupted', () => {
  const stopped = AbortSignal.abort();

  it('is awaited while it cleans up', async () => {
    await expect(stopping(Promise.resolve('canceled'), stopped)).resolves.toBe('canceled');
  });

  it('is not awaited after the grace period, and its outcome is reported as unknown', async () => {
    const unknown = { code: 'stop_unknown', exitCode: 130 };
    await expect(stopping(never, stopped, 1)).rejects.toMatchObject(unknown);
    const stop = new AbortController();
    const work = stopping(never, stop.signal, 1);
    stop.abort();
    await expect(work).rejects.toMatchObject(unknown);
  });

  it('fails as interrupted after any error; other work fails with its own error', async () => {
    const failing = Promise.reject(new Error('the gateway is gone'));
    await expect(stopping(failing, stopped)).rejects.toMatchObject({ code: 'interrupted' });
    await expect(stopping(failing, new AbortController().signal)).rejects.toThrow('the gateway is gone');
  });
});
