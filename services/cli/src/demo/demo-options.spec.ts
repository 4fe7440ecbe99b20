import { deadlineSeconds } from './demo-options';

describe('deadlineSeconds', () => {
  it.each([
    ['1', 1],
    ['86400', 86_400],
  ])('takes %s', (text, seconds) => {
    expect(deadlineSeconds(text)).toBe(seconds);
  });

  it.each(['', '0', '86401', '-5', '1.5', '1e3', 'soon'])('refuses %j', (text) => {
    expect(deadlineSeconds(text)).toBeUndefined();
  });
});
