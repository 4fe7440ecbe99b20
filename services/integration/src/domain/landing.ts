import {
  hasPassed,
  landingSubjectDigest,
  openFindings,
  type AttributedVerdict,
  type Finding,
  type TestSummary,
} from '@ymera/contracts';
import { failure, type Failure } from '@ymera/kernel';
import type { Change } from './change';

/** The orchestrator's order to land, with its evidence; every part of it is verified. */
export interface LandingOrder {
  readonly projectId: string;
  readonly workflowId: string;
  readonly changeId: string;
  readonly base: string;
  readonly commit: string;
  readonly tree: string;
  readonly producerAgentId: string;
  readonly verdict: AttributedVerdict;
  readonly tests: TestSummary;
  readonly approval: { readonly subjectDigest: string } | undefined;
}

/** The state of git at the moment of landing. */
export interface RepositoryFacts {
  /** Tree of the commit; undefined when the commit does not exist. */
  readonly tree: string | undefined;
  /** Every commit reachable from the commit and not from the base, with its parents; at most a few are listed. */
  readonly commits: readonly { readonly commit: string; readonly parents: readonly string[] }[];
  readonly head: string;
  /** The branch already contains the commit. */
  readonly isLanded: boolean;
  /** When the base is our merge of the branch and its upstream: the parent that was the branch. */
  readonly mergedFrom: string | undefined;
}

export interface LandingFacts {
  readonly order: LandingOrder;
  /** As recorded when its commit was created. */
  readonly change: Change | undefined;
  /** Undefined when there is no change to look up. */
  readonly repository: RepositoryFacts | undefined;
}

export type LandingDecision =
  /** `from`: the current head of the branch, which is the base or the branch's parent in the base's merge. */
  | { readonly kind: 'land'; readonly change: Change; readonly from: string }
  /** The branch was moved before, and the process died before it could publish that. */
  | { readonly kind: 'already_landed'; readonly change: Change }
  | { readonly kind: 'refuse'; readonly failure: Failure; readonly head?: string };

interface EvidenceFacts {
  readonly order: LandingOrder;
  readonly change: Change;
}

interface KnownFacts extends EvidenceFacts {
  readonly repository: RepositoryFacts;
}

interface Invariant<Facts> {
  readonly code: string;
  readonly holds: (facts: Facts) => boolean;
  readonly message: string | ((facts: Facts) => string);
}

/** Findings that block a landing: a waiver counts for its finding on exactly this tree, and never for a critical one. */
const openIn = ({ order: { verdict }, change }: EvidenceFacts): readonly Finding[] =>
  openFindings(verdict.findings, verdict.waivers ?? [], change.tree);

/** Asserted in this order, each against the record and against git, never against the order alone. */
const evidenceInvariants: readonly Invariant<EvidenceFacts>[] = [
  {
    code: 'change_mismatch',
    message: 'The base, commit, tree or producer of the order differs from the recorded change.',
    holds: ({ order, change }) =>
      order.projectId === change.projectId &&
      order.workflowId === change.workflowId &&
      order.base === change.base &&
      order.commit === change.commit &&
      order.tree === change.tree &&
      order.producerAgentId === change.agentId,
  },
  {
    code: 'verdict_rejected',
    message: 'The examination did not approve the change.',
    holds: ({ order }) => order.verdict.approved,
  },
  {
    code: 'verdict_mismatch',
    message: 'The base, commit or tree of the verdict differs from the change.',
    holds: ({ order: { verdict }, change }) =>
      verdict.base === change.base && verdict.commit === change.commit && verdict.tree === change.tree,
  },
  {
    code: 'verdict_by_producer',
    message: 'The verdict was given by the agent that made the change.',
    holds: ({ order, change }) => order.verdict.agent_id !== change.agentId,
  },
  {
    code: 'findings_open',
    message: (facts) => {
      const open = openIn(facts);
      const [first] = open;
      const where = first?.file === undefined ? '' : ` (${first.file})`;
      return `The verdict has ${open.length} blocking finding(s) that no person has accepted: ${first?.code ?? ''}${where}.`;
    },
    holds: (facts) => openIn(facts).length === 0,
  },
  {
    code: 'tests_mismatch',
    message: 'The tests ran on another tree than the one to land.',
    holds: ({ order, change }) => order.tests.tree === change.tree,
  },
  {
    code: 'tests_failed',
    message:
      'The tests of the change failed where those of its base do not, none passed, or the counts contradict each other.',
    holds: ({ order: { tests } }) =>
      hasPassed(tests) &&
      tests.passed > 0 &&
      tests.passed + tests.skipped + (tests.failed_on_base ?? 0) <= tests.total,
  },
  {
    code: 'approval_missing',
    message: 'The landing has no approval.',
    holds: ({ order }) => order.approval !== undefined,
  },
  {
    code: 'approval_mismatch',
    message: 'The approval is bound to another tree or another verdict.',
    holds: ({ order, change }) =>
      order.approval?.subjectDigest === landingSubjectDigest(change.tree, order.verdict),
  },
];

const repositoryInvariants: readonly Invariant<KnownFacts>[] = [
  {
    code: 'commit_mismatch',
    message: 'The commit in the repository does not have the approved tree on the base.',
    holds: ({ change, repository: { tree, commits } }) => {
      const [only, ...others] = commits;
      return (
        tree === change.tree &&
        others.length === 0 &&
        only?.commit === change.commit &&
        only.parents.length === 1 &&
        only.parents[0] === change.base
      );
    },
  },
];

/** Whether the decision needs git or the upstream beyond the order and the record. */
export const mayLand = (order: LandingOrder, change: Change | undefined): boolean =>
  change?.state === 'materialised' &&
  change.withdrawnBy === undefined &&
  evidenceInvariants.every(({ holds }) => holds({ order, change }));

/** The one place that decides whether a branch may move. */
export function checkLanding({ order, change, repository }: LandingFacts): LandingDecision {
  if (change === undefined || repository === undefined)
    return refuse('change_unknown', 'Unknown change in this project.');
  const facts: KnownFacts = { order, change, repository };
  const broken = [...evidenceInvariants, ...repositoryInvariants].find(({ holds }) => !holds(facts));
  if (broken !== undefined) {
    const { code, message } = broken;
    return refuse(code, typeof message === 'string' ? message : message(facts));
  }
  if (repository.isLanded) return { kind: 'already_landed', change };
  if (change.withdrawnBy !== undefined) return landingWithdrawn(change.withdrawnBy);
  const { head, mergedFrom } = repository;
  if (head !== change.base && head !== mergedFrom) return baseMoved(change.base, head);
  return { kind: 'land', change, from: head };
}

export const landingWithdrawn = (by: string): Extract<LandingDecision, { kind: 'refuse' }> => ({
  kind: 'refuse',
  failure: failure(
    'conflict',
    'landing_withdrawn',
    `${by} canceled the workflow before the change had landed.`,
  ),
});

export const baseMoved = (base: string, head: string): LandingDecision => ({
  kind: 'refuse',
  failure: failure('conflict', 'base_moved', `The branch has moved from ${base} to ${head}.`, {
    suggestion: 'Rebase, test and examine the change on the new head.',
  }),
  head,
});

const refuse = (code: string, message: string): LandingDecision => ({
  kind: 'refuse',
  failure: failure('conflict', code, message, {
    suggestion: 'Nothing was landed. Check the evidence of this change.',
  }),
});
