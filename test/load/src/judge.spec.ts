import type { Owed } from './benchmark';
import { judge, missLine, owedWords } from './judge';

const measured = { figures: { p50_ms: 4.99, total_mb: 1300 }, ratio: 0.8 };

describe('checking the limits of a benchmark', () => {
  it.each<[string, string, Owed, boolean]>([
    ['a ratio that is just enough', 'ratio', { atLeast: 0.8 }, true],
    ['a ratio that is too small', 'ratio', { atLeast: 0.81 }, false],
    ['a figure below its bound', 'p50_ms', { below: 5 }, true],
    ['a figure at its bound', 'p50_ms', { below: 4.99 }, false],
    ['a figure beyond its bound', 'total_mb', { below: 1228.8 }, false],
    ['a figure that was not measured', 'p99_ms', { below: 1_000_000 }, false],
    ['a figure of another bound that was not measured', 'per_second', { atLeast: 0 }, false],
  ])('judges: %s', (_, figure, owed, met) => {
    expect(judge({ [figure]: owed }, measured)).toMatchObject([{ figure, owed, met }]);
  });

  it('judges limit by limit', () => {
    const judged = judge({ p50_ms: { below: 5 }, ratio: { atLeast: 0.9 } }, measured);
    expect(judged.map(({ figure, met }) => [figure, met])).toEqual([
      ['p50_ms', true],
      ['ratio', false],
    ]);
  });

  it('returns nothing without limits', () => {
    expect(judge({}, measured)).toEqual([]);
  });

  it('describes a missed limit', () => {
    const [missed] = judge({ total_mb: { below: 1228.8 } }, measured);
    expect(missed && missLine('memory', missed)).toBe('memory: total_mb is 1300, owed is below 1228.8');
    expect(owedWords({ atLeast: 0.8 })).toBe('at least 0.8');
  });
});
