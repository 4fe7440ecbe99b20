import {
  findingDigest,
  landingSubjectDigest,
  type AttributedVerdict,
  type Finding,
  type Waiver,
} from '@ymera/contracts';
import type { Change } from './change';
import { checkLanding, type LandingFacts, type LandingOrder, type RepositoryFacts } from './landing';

const oid = (digit: string) => digit.repeat(40);
const [base, commit, tree, other] = [oid('a'), oid('b'), oid('c'), oid('d')];

const verdict: AttributedVerdict = {
  approved: true,
  base,
  commit,
  tree,
  policy_version: '1',
  reasons: [],
  findings: [],
  agent_id: 'examiner-1',
};
const order: LandingOrder = {
  projectId: 'sample',
  workflowId: 'w',
  changeId: 'c',
  base,
  commit,
  tree,
  producerAgentId: 'enhancer-1',
  verdict,
  tests: {
    tree,
    command: 'npm test',
    total: 3,
    passed: 3,
    failed: 0,
    skipped: 0,
    flaky: 0,
    duration_ms: 1,
    exit_code: 0,
  },
  approval: { subjectDigest: landingSubjectDigest(tree, verdict) },
};
const change: Change = {
  changeId: 'c',
  projectId: 'sample',
  workflowId: 'w',
  requestId: 'r',
  stepId: 'enhance',
  taskId: 't',
  attempt: 1,
  agentId: 'enhancer-1',
  base,
  commit,
  tree,
  files: 1,
  patchDigest: 'sha256:x',
  findings: [],
  reverts: undefined,
  madeFrom: undefined,
  state: 'materialised',
  version: 1,
  createdAt: new Date(0),
  landedAt: undefined,
  withdrawnBy: undefined,
};
const repository: RepositoryFacts = {
  tree,
  commits: [{ commit, parents: [base] }],
  head: base,
  isLanded: false,
  mergedFrom: undefined,
};
const honest: LandingFacts = { order, change, repository };

const withOrder = (over: Partial<LandingOrder>): LandingFacts => ({
  ...honest,
  order: { ...order, ...over },
});
/** A verdict with an approval of exactly it, so that only the verdict is at fault. */
const withVerdict = (over: Partial<AttributedVerdict>): LandingFacts => {
  const altered = { ...verdict, ...over };
  return withOrder({
    verdict: altered,
    approval: { subjectDigest: landingSubjectDigest(tree, altered) },
  });
};
const finding: Finding = { code: 'speedup_too_small', severity: 'high', message: 'Slow.', file: 'a.js' };
const waiver: Waiver = {
  code: finding.code,
  file: 'a.js',
  digest: findingDigest(finding),
  tree,
  accepted_by: 'grace',
  reason: 'It is within the noise.',
  accepted_at: '2026-01-01T00:00:00.000Z',
};
const withFindings = (findings: Finding[], waivers?: Waiver[]): LandingFacts =>
  withVerdict({ findings, ...(waivers && { waivers }) });
const withTests = (over: Partial<LandingOrder['tests']>) => withOrder({ tests: { ...order.tests, ...over } });
const withRepository = (over: Partial<RepositoryFacts>): LandingFacts => ({
  ...honest,
  repository: { ...repository, ...over },
});

describe('a landing', () => {
  it('lands when every invariant holds', () => {
    expect(checkLanding(honest)).toEqual({ kind: 'land', change, from: base });
  });

  it('moves the branch from its current head when the base is our merge of it with the upstream', () => {
    const merged = { ...repository, head: other, mergedFrom: other };
    expect(checkLanding({ ...honest, repository: merged })).toEqual({ kind: 'land', change, from: other });
    expect(checkLanding({ ...honest, repository: { ...merged, head: commit } })).toMatchObject({
      failure: { code: 'base_moved' },
      head: commit,
    });
  });

  it.each<[string, LandingFacts]>([
    ['with findings below the threshold', withFindings([{ ...finding, severity: 'medium' }])],
    ['with findings that a person has accepted', withFindings([finding], [waiver])],
  ])('%s happens', (_, facts) => {
    expect(checkLanding(facts)).toEqual({ kind: 'land', change, from: base });
  });

  it('names the finding that refuses a landing', () => {
    expect(checkLanding(withFindings([finding]))).toMatchObject({
      failure: { message: expect.stringContaining('speedup_too_small (a.js)') },
    });
  });

  it.each<[string, LandingFacts, string]>([
    ['of an unknown change', { order, change: undefined, repository: undefined }, 'change_unknown'],
    ['in another project', withOrder({ projectId: 'other' }), 'change_mismatch'],
    ['for another run', withOrder({ workflowId: 'other' }), 'change_mismatch'],
    ['on another base than recorded', withOrder({ base: other }), 'change_mismatch'],
    ['of another commit than recorded', withOrder({ commit: other }), 'change_mismatch'],
    ['of another tree than recorded', withOrder({ tree: other }), 'change_mismatch'],
    ['under another producer', withOrder({ producerAgentId: 'examiner-1' }), 'change_mismatch'],
    ['that was rejected', withVerdict({ approved: false }), 'verdict_rejected'],
    ['with a verdict on another base', withVerdict({ base: other }), 'verdict_mismatch'],
    ['with a verdict on another commit', withVerdict({ commit: other }), 'verdict_mismatch'],
    ['with a verdict on an older tree', withVerdict({ tree: other }), 'verdict_mismatch'],
    ['with a verdict by its producer', withVerdict({ agent_id: 'enhancer-1' }), 'verdict_by_producer'],
    ['with a blocking finding', withFindings([finding]), 'findings_open'],
    [
      'with a critical finding, accepted or not',
      withFindings([{ ...finding, severity: 'critical' }], [waiver]),
      'findings_open',
    ],
    [
      'with a finding that was accepted on another tree',
      withFindings([finding], [{ ...waiver, tree: other }]),
      'findings_open',
    ],
    [
      'with one finding more than was accepted',
      withFindings([finding, { ...finding, line: 3 }], [waiver]),
      'findings_open',
    ],
    [
      'with a finding in another file than was accepted',
      withFindings([{ ...finding, file: 'b.js' }], [{ ...waiver, file: 'b.js' }]),
      'findings_open',
    ],
    [
      'with waivers that the approval did not see',
      withOrder({ verdict: { ...verdict, findings: [finding], waivers: [waiver] } }),
      'approval_mismatch',
    ],
    [
      'with an accepted finding and a test that failed',
      {
        ...withFindings([finding], [waiver]),
        order: {
          ...withFindings([finding], [waiver]).order,
          tests: { ...order.tests, failed: 1, exit_code: 1 },
        },
      },
      'tests_failed',
    ],
    [
      'with an accepted finding under a rejecting verdict',
      withVerdict({ approved: false, findings: [finding], waivers: [waiver] }),
      'verdict_rejected',
    ],
    ['with tests of another tree', withTests({ tree: other }), 'tests_mismatch'],
    ['with a test that failed', withTests({ failed: 1 }), 'tests_failed'],
    [
      'with a test command that failed while its counts are good',
      withTests({ exit_code: 1 }),
      'tests_failed',
    ],
    ['with no test that passed', withTests({ total: 0, passed: 0 }), 'tests_failed'],
    [
      'with no test that passed beside those that fail on the base as well',
      withTests({ passed: 0, failed_on_base: 3, exit_code: 1 }),
      'tests_failed',
    ],
    [
      'with a test that fails beside those that fail on the base as well',
      withTests({ passed: 1, failed: 1, failed_on_base: 1, exit_code: 1 }),
      'tests_failed',
    ],
    [
      'with more tests that fail on the base than there are',
      withTests({ failed_on_base: 2 }),
      'tests_failed',
    ],
    ['with more tests passed than there are', withTests({ passed: 4 }), 'tests_failed'],
    ['without an approval', withOrder({ approval: undefined }), 'approval_missing'],
    [
      'with the approval of another tree',
      withOrder({ approval: { subjectDigest: landingSubjectDigest(other, verdict) } }),
      'approval_mismatch',
    ],
    [
      'with the approval of another verdict',
      withOrder({ verdict: { ...verdict, reasons: ['looks good'] } }),
      'approval_mismatch',
    ],
    ['of a missing commit', withRepository({ tree: undefined, commits: [] }), 'commit_mismatch'],
    ['of a commit with another tree', withRepository({ tree: other }), 'commit_mismatch'],
    [
      'of a commit on another parent',
      withRepository({ commits: [{ commit, parents: [other] }] }),
      'commit_mismatch',
    ],
    ['of a merge', withRepository({ commits: [{ commit, parents: [base, other] }] }), 'commit_mismatch'],
    [
      'of more than the one commit',
      withRepository({
        commits: [
          { commit, parents: [base] },
          { commit: other, parents: [base] },
        ],
      }),
      'commit_mismatch',
    ],
    [
      'of two commits',
      withRepository({
        commits: [
          { commit, parents: [other] },
          { commit: other, parents: [base] },
        ],
      }),
      'commit_mismatch',
    ],
    [
      'that was withdrawn, also on a branch that has moved',
      { ...withRepository({ head: other }), change: { ...change, withdrawnBy: 'ada' } },
      'landing_withdrawn',
    ],
    ['on a branch that has moved', withRepository({ head: other }), 'base_moved'],
  ])('refuses an order %s with its code', (_, facts, code) => {
    expect(checkLanding(facts)).toMatchObject({ kind: 'refuse', failure: { code } });
  });

  it('names the new head when the branch has moved', () => {
    expect(checkLanding(withRepository({ head: other }))).toMatchObject({ head: other });
  });

  it.each([
    ['at the head', commit],
    ['below the head', other],
  ])('only publishes a commit that is on the branch already, %s', (_, head) => {
    expect(checkLanding(withRepository({ head, isLanded: true }))).toEqual({
      kind: 'already_landed',
      change,
    });
  });

  it('reports landed for a withdrawn order whose commit is on the branch already', () => {
    const late = { ...change, withdrawnBy: 'ada' };
    expect(checkLanding({ ...withRepository({ isLanded: true }), change: late })).toEqual({
      kind: 'already_landed',
      change: late,
    });
  });

  it('refuses an order for its evidence again, also when its commit is on the branch', () => {
    expect(
      checkLanding({ ...withVerdict({ approved: false }), repository: { ...repository, isLanded: true } }),
    ).toMatchObject({ kind: 'refuse', failure: { code: 'verdict_rejected' } });
  });
});
