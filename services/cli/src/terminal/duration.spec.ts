import { duration } from './duration';

describe('duration', () => {
  it.each([
    [0, '0 ms'],
    [850.4, '850 ms'],
    [999.6, '1.0 s'],
    [3_240, '3.2 s'],
    [59_940, '59.9 s'],
    [59_960, '1 min 00 s'],
    [119_400, '1 min 59 s'],
    [119_600, '2 min 00 s'],
    [125_000, '2 min 05 s'],
  ])('%d is %s', (milliseconds, words) => {
    expect(duration(milliseconds)).toBe(words);
  });
});
