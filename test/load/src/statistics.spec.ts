import { median, quantile } from './statistics';

it('takes the middle value, whatever the order', () => {
  expect(median([9, 1, 5])).toBe(5);
});

it('takes the slowest hundredth at 0.99', () => {
  expect(
    quantile(
      Array.from({ length: 100 }, (_, index) => index),
      0.99,
    ),
  ).toBe(99);
});
