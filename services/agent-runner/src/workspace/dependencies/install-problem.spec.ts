import { faultOf } from '@ymera/contracts';
import { installFailure, manifestFindings } from './install-problem';

const failed = { name: 'Python', manifest: 'requirements.txt', refusedHosts: [] };
const missing =
  '  × No solution found when resolving dependencies:\n  ╰─▶ Because reqs was not found in the package registry and you require reqs, we can conclude that your requirements are unsatisfiable.';

describe('installProblem', () => {
  it.each([
    ['the registry answers that it has no such package', missing, 'dependencies_unresolvable', 'change'],
    ['npm finds no such package', 'npm error code E404', 'dependencies_unresolvable', 'change'],
    [
      'the lockfile does not fit',
      'npm error Missing: x from lock file',
      'dependencies_out_of_sync',
      'change',
    ],
    [
      'the registry cannot be reached',
      'error sending request for url',
      'dependencies_unavailable',
      'machine',
    ],
    ['nothing is known', 'killed', 'dependencies_unavailable', 'machine'],
  ])('returns code and fault when %s', (_, output, code, fault) => {
    const failure = installFailure({ ...failed, output });
    expect([failure.code, faultOf(failure.code)]).toEqual([code, fault]);
    const codes = manifestFindings(failure).map((finding) => finding.code);
    expect(codes).toEqual(fault === 'change' ? ['dependencies_unavailable'] : []);
  });
});
