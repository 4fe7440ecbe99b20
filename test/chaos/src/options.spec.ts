import { readOptions } from '@ymera/test-e2e/environment';
import { percentile } from './percentile';

describe('options of the chaos command', () => {
  it('default to a minute and a random seed', () => {
    expect(readOptions([], () => 42)).toEqual({ seconds: 60, seed: 42, json: false });
    expect(readOptions(['--seconds', '5', '--seed=9', '--json'], () => 42)).toEqual({
      seconds: 5,
      seed: 9,
      json: true,
    });
  });

  it.each([['--seconds=0'], ['--seconds=soon'], ['--seed=-1'], ['--seed=1.5'], ['--faster']])(
    'refuse %s',
    (arg) => {
      expect(() => readOptions([arg], () => 42)).toThrow();
    },
  );
});

it('percentile returns one of the values', () => {
  expect([percentile([3, 1, 2], 0.5), percentile([3, 1, 2], 1), percentile([], 0.5)]).toEqual([2, 3, 0]);
});
