import { nextUpstreamStep, stateOfUpstream, type Upstream } from './upstream';

const upstream: Upstream = {
  branch: 'main',
  push: 'off',
  requireFresh: false,
  head: 'a',
  checkedAt: new Date(0),
  error: undefined,
};

describe('synchronisation with an upstream', () => {
  it.each([
    [0, 0, true, 'nothing'],
    [2, 0, true, 'nothing'],
    [0, 3, true, 'fast_forward'],
    [2, 3, true, 'merge'],
    [0, 0, false, 'refuse_rewritten'],
    [2, 0, false, 'refuse_rewritten'],
    [0, 3, false, 'refuse_rewritten'],
    [2, 3, false, 'refuse_rewritten'],
  ] as const)(
    'with %i commit(s) ahead and %i behind, continued: %s, decides to %s',
    (ahead, behind, continues, step) => {
      expect(nextUpstreamStep({ ahead, behind, continues })).toBe(step);
    },
  );
});

describe('upstream state', () => {
  const error = (code: string) => ({ code, message: '', retryable: true });
  it.each([
    [{}, { ahead: 0, behind: 0 }, 'in_step'],
    [{}, { ahead: 1, behind: 0 }, 'ahead'],
    [{}, { ahead: 0, behind: 1 }, 'behind'],
    [{}, { ahead: 1, behind: 1 }, 'diverged'],
    [{}, undefined, 'not_checked'],
    [{ branch: undefined }, { ahead: 0, behind: 0 }, 'not_followed'],
    [{ error: error('upstream_unreachable') }, { ahead: 0, behind: 0 }, 'unreachable'],
    [{ error: error('upstream_rewritten') }, { ahead: 0, behind: 0 }, 'diverged'],
  ] as const)('for %j with %j is %s', (over, relation, state) => {
    expect(stateOfUpstream({ ...upstream, ...over }, relation)).toBe(state);
  });
});
