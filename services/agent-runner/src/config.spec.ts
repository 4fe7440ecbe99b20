import { passedVariables } from './config';

describe('YMERA_RUNNER_COMMAND_ENV', () => {
  it('returns the named variables, including empty ones', () => {
    expect(passedVariables(['KEY', 'MODEL'], { KEY: 'k', MODEL: '', OTHER: 'o' })).toEqual({
      KEY: 'k',
      MODEL: '',
    });
  });

  it('rejects unset variables by name', () => {
    expect(() => passedVariables(['KEY', 'GONE', 'LOST'], { KEY: 'secret' })).toThrow(
      /2 problem\(s\):\n {2}GONE: .*not set\n {2}LOST: .*not set$/,
    );
  });
});
