import { lastLine } from './last-line';

describe('the last line for programs', () => {
  it.each([
    ['demo', 'interrupted', 'canceled', true],
    ['requests', 'interrupted', 'interrupted', true],
    [undefined, 'interrupted', 'interrupted', true],
    ['requests', 'gateway_unreachable', 'failed', false],
  ])('of %s that ended with %s says %s', (command, code, state, retryable) => {
    expect(lastLine(command, code, 'Why.')).toEqual({ state, error: { code, message: 'Why.', retryable } });
  });

  it('has the way on, where there is one', () => {
    expect(lastLine('demo', 'usage', 'Why.', 'So.').error.suggestion).toBe('So.');
  });
});
