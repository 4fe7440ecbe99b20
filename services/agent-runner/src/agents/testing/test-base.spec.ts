import { err } from '@ymera/kernel';
import { installFailure } from '../../workspace/dependencies/install-problem';
import type { TestAttempt } from './test-attempt';
import { testBase } from './test-base';

/** An attempt whose packages could not be installed; it ends there. */
const attemptWith = (output: string) => {
  const error = installFailure({ name: 'Python', manifest: 'requirements.txt', output, refusedHosts: [] });
  const attempt: Pick<TestAttempt, 'context' | 'open' | 'toolMs'> = {
    context: { progress: () => undefined } as unknown as TestAttempt['context'],
    open: () => Promise.resolve(err(error)),
    toolMs: 1,
  };
  return { task: { base: 'a' }, ...attempt } as unknown as TestAttempt;
};

describe('testBase', () => {
  it.each([
    ['a package that the registry does not have', 'E404 Not Found', 'dependencies_unresolvable', 'project'],
    [
      'a lockfile that does not fit',
      'npm error Missing: x from lock file',
      'dependencies_out_of_sync',
      'project',
    ],
    ['a registry that is away', 'error sending request', 'dependencies_unavailable', 'machine'],
  ])('attributes a failure of the base: %s', async (_, output, code, fault) => {
    expect(await testBase(attemptWith(output))).toMatchObject({ outcome: 'failed', error: { code, fault } });
  });
});
