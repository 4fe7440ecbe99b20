import { median, quantile } from './statistics';

it('returns the middle value of unsorted values', () => {
  expect(median([9, 1, 5])).toBe(5);
});

it('returns the slowest hundredth at 0.99', () => {
  expect(
    quantile(
      Array.from({ length: 100 }, (_, index) => index),
      0.99,
    ),
  ).toBe(99);
});
