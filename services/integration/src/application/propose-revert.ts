import type { PayloadOf, proposeRevert, ReplyOf } from '@ymera/contracts';
import { err, failure, ok, sha256Hex, type Clock, type Result } from '@ymera/kernel';
import { revertChangeIdOf, type Change } from '../domain/change';
import { checkProposedTree, type ChangeLimits } from '../domain/change-policy';
import { commitIdentity } from '../domain/commit-identity';
import { announceChange } from './announce-change';
import type { IntegrationUnitOfWork, CommitBuilder, CommitBuilders } from './ports';
import type { GetProject } from './read-projects';
import { integrationActor } from './sync-project';

type Order = PayloadOf<typeof proposeRevert>;
type Reply = ReplyOf<typeof proposeRevert>;

export interface ProposeRevertDependencies {
  readonly unitOfWork: IntegrationUnitOfWork;
  readonly commitBuilders: CommitBuilders;
  readonly projects: Pick<GetProject, 'fresh'>;
  readonly clock: Clock;
  readonly limits: ChangeLimits;
}

const maxNamedFiles = 5;

/**
 * Creates a commit that reverts a landed change, on the base of new work: the inverse of the change, merged with later changes.
 * It is a change like any other and lands only as one. The same order gives the same change.
 */
export class ProposeRevert {
  constructor(private readonly use: ProposeRevertDependencies) {}

  async execute(order: Order): Promise<Result<Reply>> {
    const { unitOfWork, projects, commitBuilders } = this.use;
    const reverted = await unitOfWork.run((tx) => tx.changes.find(order.change_id));
    if (!reverted) return err(failure('not_found', 'change_not_found', `Unknown change ${order.change_id}.`));
    if (reverted.state !== 'landed') return err(notLanded(order.change_id));
    const project = await projects.fresh(reverted.projectId);
    if (!project.ok) return project;
    const { reply, synced } = project.value;
    const changeId = revertChangeIdOf(order.change_id, order.workflow_id);
    const earlier = await unitOfWork.run((tx) => tx.changes.find(changeId));
    const made = earlier ? ok(earlier) : await this.make(changeId, order, reverted, synced.base);
    if (!made.ok) return made;
    const change = await this.record(order, made.value);
    const subject = await commitBuilders.subjectOf(reverted.projectId, reverted.commit);
    const { base, commit, tree, agentId } = change;
    return ok({
      project: reply,
      title: subject?.subject ?? reverted.commit,
      change: { change_id: changeId, base, commit, tree, agent_id: agentId },
      findings: [],
      reverts: { change_id: reverted.changeId, base: reverted.base, commit: reverted.commit },
    });
  }

  private async make(
    changeId: string,
    order: Order,
    reverted: Change,
    base: string,
  ): Promise<Result<Change>> {
    const { commitBuilders, limits, clock } = this.use;
    const { projectId, commit } = reverted;
    const bench = await commitBuilders.open(projectId, base);
    const subject = await commitBuilders.subjectOf(projectId, commit);
    if (!bench || !subject) throw new Error(`${projectId} lacks ${base} or ${commit}`);
    try {
      const files = await inverted(bench, order.change_id, commit, limits);
      if (!files.ok) return files;
      const made = await bench.commit(
        commitIdentity(
          {
            requestId: order.request_id,
            taskId: order.task_id,
            attempt: 1,
            agentId: integrationActor,
            title: `Revert "${subject.subject}"`,
            reverts: commit,
          },
          bench.baseTime,
        ),
      );
      await bench.keep(changeId, made.commit);
      return ok({
        changeId,
        projectId,
        workflowId: order.workflow_id,
        requestId: order.request_id,
        stepId: order.step_id,
        taskId: order.task_id,
        attempt: 1,
        agentId: integrationActor,
        base,
        ...made,
        files: files.value,
        patchDigest: `sha256:${sha256Hex(`revert ${commit}`)}`,
        findings: [],
        reverts: reverted.changeId,
        madeFrom: undefined,
        state: 'materialised',
        version: 1,
        createdAt: clock.now(),
        landedAt: undefined,
        withdrawnBy: undefined,
      });
    } finally {
      await bench.close();
    }
  }

  private record(order: Order, change: Change): Promise<Change> {
    return this.use.unitOfWork.run(async (tx) => {
      await tx.projects.lock(change.projectId);
      const earlier = await tx.changes.find(change.changeId);
      if (earlier) return earlier;
      await tx.changes.insert(change);
      const about = { ...order, project_id: change.projectId, attempt: 1, agent_id: change.agentId };
      return announceChange(tx.outbox, about, change);
    });
  }
}

/** The number of files that the revert alters. */
async function inverted(
  bench: CommitBuilder,
  changeId: string,
  commit: string,
  limits: ChangeLimits,
): Promise<Result<number>> {
  const merged = await bench.merge(await bench.inverseOf(commit));
  if (!merged.ok) {
    const files = merged.error.map(({ file }) => file);
    const named = files.slice(0, maxNamedFiles).join(', ');
    const more = files.length > maxNamedFiles ? ` and ${files.length - maxNamedFiles} more` : '';
    return err(
      failure(
        'conflict',
        'revert_conflict',
        `The revert of change ${changeId} conflicts with later changes in: ${named}${more}.`,
        {
          suggestion: 'Revert the later changes first, or ask for the opposite in your own words.',
          details: { files },
        },
      ),
    );
  }
  const tree = await bench.proposedTree();
  if (tree.entries.length === 0)
    return err(
      failure('conflict', 'already_reverted', `Change ${changeId} is reverted already.`, {
        suggestion: 'The history of the branch shows the revert.',
      }),
    );
  const refused = checkProposedTree(tree, limits);
  return refused ? err(refused.failure) : ok(tree.entries.length);
}

const notLanded = (changeId: string) =>
  failure(
    'conflict',
    'change_not_landed',
    `Change ${changeId} has not landed, so there is nothing to revert.`,
    {
      suggestion: 'Cancel its request instead.',
    },
  );
