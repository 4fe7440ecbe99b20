import fs from 'node:fs';
import { processTree, usageOf } from './process-tree';

describe('the processes of the host', () => {
  const reads = jest.spyOn(fs, 'readdirSync');
  beforeEach(() => reads.mockClear());
  afterAll(() => reads.mockRestore());

  it('are read once for all sandboxes that measure at the same time', () => {
    for (let sandbox = 0; sandbox < 20; sandbox += 1)
      expect(usageOf(process.pid).processes).toBeGreaterThan(0);
    expect(reads.mock.calls.length).toBeLessThanOrEqual(1);
  });

  it('are read again before a kill', () => {
    for (let stop = 0; stop < 3; stop += 1) expect(processTree(process.pid)[0]?.pid).toBe(process.pid);
    expect(reads).toHaveBeenCalledTimes(3);
  });
});
