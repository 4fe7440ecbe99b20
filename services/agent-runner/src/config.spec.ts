import { passedVariables } from './config';

describe('variables for the command', () => {
  it('are those that are named, also empty ones', () => {
    expect(passedVariables(['KEY', 'MODEL'], { KEY: 'k', MODEL: '', OTHER: 'o' })).toEqual({
      KEY: 'k',
      MODEL: '',
    });
  });

  it('are refused by name when they are not set', () => {
    expect(() => passedVariables(['KEY', 'GONE', 'LOST'], { KEY: 'secret' })).toThrow(
      /2 problem\(s\):\n {2}GONE: .*not set\n {2}LOST: .*not set$/,
    );
  });
});
