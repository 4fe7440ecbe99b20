import { CliError } from './cli-error';
import { interrupted } from './interruption';
import { lastLine } from './last-line';

describe('the last line for programs', () => {
  it.each([
    ['demo', 'canceled'],
    ['requests', 'interrupted'],
    [undefined, 'interrupted'],
  ])('of %s that was interrupted says %s', (command, state) => {
    expect(lastLine(command, interrupted('Why.'))).toEqual({
      state,
      error: { code: 'interrupted', message: 'Why.', retryable: true, fault: 'request' },
    });
  });

  it.each([true, false])('of what failed says whether it may pass: %s', (retryable) => {
    const error = new CliError('no_answer', 'Why.', 1, 'So.', retryable);
    expect(lastLine('requests', error)).toEqual({
      state: 'failed',
      error: { code: 'no_answer', message: 'Why.', retryable, suggestion: 'So.', fault: 'platform' },
    });
  });
});
