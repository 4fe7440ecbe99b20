import { eventually } from './eventually';

describe('eventually', () => {
  it('returns the first value that comes without an error', async () => {
    let calls = 0;
    const value = await eventually(() => {
      calls += 1;
      if (calls < 3) throw new Error('not yet');
      return calls;
    });
    expect(value).toBe(3);
  });

  it('fails at the deadline with the last error', async () => {
    const never = eventually(
      () => {
        throw new Error('still two rows');
      },
      { timeoutMs: 50 },
    );
    await expect(never).rejects.toThrow('not within 50 ms: still two rows');
  });
});
