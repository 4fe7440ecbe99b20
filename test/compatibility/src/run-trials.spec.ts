import type { Combination } from './combination';
import type { Outcome } from './outcome';
import { runTrials } from './run-trials';

const combination = (id: string): Combination => ({
  id,
  language: 'C',
  tool: 'make',
  packageManager: 'none',
  shape: 'a folder',
  files: {},
  command: 'make test',
  trials: ['one', 'two'].map((name) => ({
    name,
    request: 'Do it',
    script: 'true',
    expected: { outcome: 'landed' },
  })),
});
const landed: Outcome = {
  outcome: 'landed',
  command: 'make test',
  rounds: 1,
  findings: [],
  paths: [],
  durationMs: 1,
};

describe('runTrials', () => {
  it('runs all trials within the concurrency limit', async () => {
    let running = 0;
    let most = 0;
    const run = async (): Promise<Outcome> => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return landed;
    };
    const results = await Promise.all(
      runTrials({ run }, ['a', 'b', 'c'].map(combination), 2).map(({ result }) => result),
    );
    expect([most, results.length, results.flatMap(({ problems }) => problems)]).toEqual([2, 6, []]);
  });

  it('continues when one trial throws', async () => {
    const run = async (_: Combination, { name }: { readonly name: string }): Promise<Outcome> => {
      if (name === 'one') throw new Error('broken');
      return landed;
    };
    const [first, second] = runTrials({ run }, [combination('a')], 1);
    await expect(first?.result).rejects.toThrow('broken');
    expect((await second?.result)?.problems).toEqual([]);
  });

  it('reports a difference when another command was detected', async () => {
    const run = async (): Promise<Outcome> => ({ ...landed, command: 'npm test' });
    const [first] = runTrials({ run }, [combination('a')], 1);
    expect((await first?.result)?.problems).toEqual(['command make test; came: npm test']);
  });
});
