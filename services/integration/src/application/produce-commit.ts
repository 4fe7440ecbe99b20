import { err, ok, type Result } from '@ymera/kernel';
import type { Change } from '../domain/change';
import { changeNotices } from '../domain/change-notices';
import { checkProposedTree, refusal, type ChangeLimits, type ChangeRefusal } from '../domain/change-policy';
import { commitIdentity, type Attempt } from '../domain/commit-identity';
import { announceChange, announceRefusal, type OrderedAttempt } from './announce-change';
import type { IntegrationUnitOfWork, CommitBuilder, CommitBuilders } from './ports';

export interface CommitOrder {
  /** Of the inbox. */
  readonly consumer: string;
  readonly messageId: string;
  /** A function of what is ordered, so that a redelivery is about the same change. */
  readonly changeId: string;
  readonly base: string;
  readonly about: OrderedAttempt;
}

/**
 * Answers an order for a commit: with the change that is recorded for it, with the one that `build` makes, or with why there
 * is none. Undefined when this message was taken before.
 *
 * git first, database second: the commit and the ref that keeps it alive are a function of the order, so a process that dies
 * before the transaction commits has left what the redelivery makes again, byte for byte, and nothing was published. The other way
 * round the world could hear of a commit that does not exist.
 */
export async function produceCommit(
  unitOfWork: IntegrationUnitOfWork,
  { consumer, messageId, changeId, base, about }: CommitOrder,
  build: () => Promise<Result<Change, ChangeRefusal>>,
): Promise<Result<Change, ChangeRefusal> | undefined> {
  const recorded = await unitOfWork.run((tx) => tx.changes.find(changeId));
  const outcome = recorded ? ok(recorded) : await build();
  return unitOfWork.run(async (tx) => {
    if (!(await tx.inbox.accept(consumer, messageId))) return undefined;
    // The first answer about an attempt is the only one, whatever a later order for it holds.
    const first = await tx.changes.find(changeId);
    if (first) return ok(await announceChange(tx.outbox, about, first));
    if (!outcome.ok) {
      await announceRefusal(tx.outbox, { changeId, base }, about, outcome.error);
      return outcome;
    }
    await tx.changes.insert(outcome.value);
    return ok(await announceChange(tx.outbox, about, outcome.value));
  });
}

/** What a commit made of a change, beside who ordered it. */
export type MadeCommit = Pick<Change, 'commit' | 'tree' | 'files' | 'findings'>;

/** A commit on `base` of the tree that `work` leaves on a commitBuilder, if the policy allows it, and a ref that keeps it. */
export async function commitOn(
  { commitBuilders, limits }: { readonly commitBuilders: CommitBuilders; readonly limits: ChangeLimits },
  to: {
    readonly projectId: string;
    readonly base: string;
    readonly changeId: string;
    readonly about: Attempt;
  },
  work: (bench: CommitBuilder) => Promise<Result<void, ChangeRefusal>>,
): Promise<Result<MadeCommit, ChangeRefusal>> {
  const bench = await commitBuilders.open(to.projectId, to.base);
  if (!bench) return err(refusal('base_unknown', `The project has no commit ${to.base}.`));
  try {
    const worked = await work(bench);
    if (!worked.ok) return worked;
    const tree = await bench.proposedTree();
    const refused = checkProposedTree(tree, limits);
    if (refused) return err(refused);
    const made = await bench.commit(commitIdentity(to.about, bench.baseTime));
    await bench.keep(to.changeId, made.commit);
    return ok({ ...made, files: tree.entries.length, findings: changeNotices(tree) });
  } finally {
    await bench.close();
  }
}
