import { readMeasurement } from './benchmark';
import { compare, median, spread } from './statistics';

describe('a measurement', () => {
  it.each([
    ['the median it names', 'warming up\n{"name":"x","median_ms":4.5,"samples_ms":[1]}\n', 4.5],
    ['the median of its samples', '{"samples_ms":[3,1,2]}', 2],
    ['the last line of JSON', '{"median_ms":1}\n{"median_ms":2}\ndone\n', 2],
    ['the time of the process, for one that says nothing', 'done\n', 80],
    ['the time of the process, for one that says nonsense', '{"median_ms":"fast"}\n', 80],
    ['the time of the process, for one that lies about the past', '{"median_ms":-1}\n', 80],
  ])('is %s', (_, stdout, ms) => {
    expect(readMeasurement({ stdout, durationMs: 80 }).ms).toBe(ms);
  });

  it('counts the printed results', () => {
    const stdout = '{"median_ms":1}\n{"done":true}\n{"samples_ms":"no"}\n{"name":"x"}\n{\n';
    expect(readMeasurement({ stdout, durationMs: 80 }).results).toBe(2);
  });

  it('reads the retained memory where it is measured', () => {
    const read = (stdout: string) => readMeasurement({ stdout, durationMs: 80 }).retainedBytes;
    expect(read('{"median_ms":1,"retained_bytes":330}')).toBe(330);
    expect(read('{"median_ms":1}')).toBeUndefined();
  });

  it('computes median and spread', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBe(0);
    expect(spread([10, 10, 10, 1000])).toBe(0);
    expect(spread([8, 10, 12])).toBeCloseTo(0.2);
  });

  it.each([
    ['faster', [10, 10, 11], [5, 5, 6]],
    ['slower', [5, 5, 6], [10, 10, 11]],
    ['same', [10, 10, 10], [9.8, 9.8, 9.8]],
    ['same', [5, 10, 15, 20], [6, 9, 12, 16]],
    // A busy machine: the medians differ by a fifth, the runs overlap.
    [
      'same',
      [10, 10.2, 10.4, 11, 12, 13, 9.8, 10.1, 10.3, 14],
      [10, 12.2, 12.4, 11, 12, 13, 9.8, 12.1, 10.3, 14],
    ],
    [
      'slower',
      [10, 10.2, 10.4, 11, 12, 10, 9.8, 10.1, 10.3, 11],
      [12, 12.2, 12.4, 13, 12, 13, 11.8, 12.1, 12.3, 14],
    ],
  ] as const)('is %s only above its own noise', (expected, before, after) => {
    expect(compare(before, after)).toBe(expected);
  });
});
