import {
  landingSubjectDigest,
  type landChange,
  type materialiseChange,
  type remakeChange,
  type withdrawLanding,
  type PayloadOf,
} from '@ymera/contracts';
import type { ChangeLimits } from '@ymera/config';
import { FailureException, failure, ok, silentLogger, uuidv7 } from '@ymera/kernel';
import { FakeClock, InMemoryUnitOfWork } from '@ymera/testing';
import { EventEmitter, once } from 'node:events';
import { ArtefactPatchFiles } from '../adapters/artefacts/artefact-patch-files';
import { FileArtefactStore } from '../adapters/artefacts/file-artefact-store';
import { GetChange } from '../application/get-change';
import { LandChange, type LandChangeDependencies } from '../application/land-change';
import { LandWaiting } from '../application/land-waiting';
import { LandingQueue } from '../application/landing-queue';
import { CreateCommit } from '../application/create-commit';
import { ReconcileUpstream } from '../application/reconcile-upstream';
import { RebaseChange } from '../application/rebase-change';
import type {
  Branches,
  IntegrationStores,
  IntegrationUnitOfWork,
  LandingTracing,
} from '../application/ports';
import { ProposeRevert } from '../application/propose-revert';
import { GetProject } from '../application/read-projects';
import { RegisterProject } from '../application/register-project';
import { LandingControl } from '../application/landing-control';
import { SyncProject } from '../application/sync-project';
import { UpdateProject } from '../application/update-project';
import { UpstreamFetches } from '../application/upstream-fetches';
import { WithdrawLanding } from '../application/withdraw-landing';
import type { Change } from '../domain/change';
import type { SourceRepository } from './git-fixture';
import { GitEnvironmentFixture } from './git-environment-fixture';
import { emptyState, inMemoryStores, type IntegrationState } from './in-memory-stores';

export type CreateCommitOrder = PayloadOf<typeof materialiseChange>;
export type RebaseOrder = PayloadOf<typeof remakeChange>;
export type LandOrder = PayloadOf<typeof landChange>;
export type Withdrawal = PayloadOf<typeof withdrawLanding>;

export const admin = { name: 'root', roles: ['admin'] };
export const limits = { maxFiles: 50, maxBytes: 1_000_000, maxPatchBytes: 3_000_000 };
const defaultLimits = limits;

export const untraced: LandingTracing = {
  current: () => undefined,
  within: (_, work) => work(),
};

/** Landings of projects without an upstream. */
export const withoutUpstream: Pick<LandChangeDependencies, 'fetches' | 'meetUpstream'> = {
  fetches: { fetch: () => Promise.resolve(ok(undefined)) },
  meetUpstream: {
    execute: (_tx, _project, _candidate, decision) =>
      Promise.resolve({ kind: 'decided', decision, pushed: false }),
  },
};

/** The use cases on real git and stores in memory. */
export class IntegrationEnvironment extends GitEnvironmentFixture {
  constructor(private readonly limits: ChangeLimits = defaultLimits) {
    super();
  }

  readonly clock = new FakeClock('2026-06-01T00:00:00Z');
  readonly memory = new InMemoryUnitOfWork<IntegrationState, IntegrationStores>(emptyState(), inMemoryStores);
  /** Dies right before the commit of a transaction that has sent a message, after all its other work. */
  diesBeforeCommit = false;

  readonly unitOfWork: IntegrationUnitOfWork = {
    run: (work) =>
      this.memory.run(async (tx) => {
        let hasSent = false;
        const outbox = {
          ...tx.outbox,
          event: async (...sent: Parameters<typeof tx.outbox.event>) => {
            hasSent = true;
            await tx.outbox.event(...sent);
          },
        };
        const result = await work({ ...tx, outbox });
        if (this.diesBeforeCommit && hasSent) throw new Error('died before the commit');
        return result;
      }),
  };
  readonly underWay = new LandingQueue();
  readonly fetches = new UpstreamFetches(this.upstreams, this.clock, {
    maxWaitMs: 20_000,
    retryFailedAfterMs: 5_000,
  });
  readonly sync = new SyncProject(this);
  readonly meetUpstream = new ReconcileUpstream(this);
  readonly register = new RegisterProject(this);
  readonly artefacts = new FileArtefactStore(this.layout.artefacts, this.layout.incoming);
  readonly update = new UpdateProject(this);
  readonly getProject = new GetProject({ ...this, publicUrl: 'http://integration.test' });
  readonly createCommit = new CreateCommit({
    unitOfWork: this.unitOfWork,
    commitBuilders: this.commitBuilders,
    patchFiles: new ArtefactPatchFiles(this.artefacts, this.layout.incoming),
    clock: this.clock,
    limits: this.limits,
  });
  readonly rebase = new RebaseChange({
    unitOfWork: this.unitOfWork,
    commitBuilders: this.commitBuilders,
    clock: this.clock,
    limits: this.limits,
  });
  readonly tracing = untraced;
  readonly land = new LandChange(this);
  readonly landWaiting = new LandWaiting(this.land, silentLogger);
  readonly withdraw = new WithdrawLanding(this);
  readonly pauses = new LandingControl(this.unitOfWork, this.underWay, this.clock, () => undefined);
  readonly getChange = new GetChange(this);
  readonly revert = new ProposeRevert({ ...this, projects: this.getProject, limits: this.limits });

  /** Registers a source as project `sample`; returns its head. */
  async registered(source: SourceRepository): Promise<string> {
    const result = await this.register.execute({ project_id: 'sample', source: source.path, actor: admin });
    if (!result.ok) throw new Error(result.error.code);
    return result.value.head;
  }

  async committed(order: CreateCommitOrder): Promise<Change> {
    const result = await this.createCommit.execute(uuidv7(), order);
    if (!result?.ok) throw new Error(JSON.stringify(result?.error));
    return result.value;
  }

  /**
   * A landing whose session has died, with its locks, while git is about to move the branch. git continues at
   * `release`; `ended` rejects then, because the transaction cannot commit.
   */
  async landingOfDeadSession(
    order: LandOrder,
  ): Promise<{ readonly release: () => void; readonly ended: Promise<unknown> }> {
    const held = new EventEmitter();
    let isMoving = false;
    const branches: Branches = {
      facts: (candidate) => this.branches.facts(candidate),
      treeOf: (projectId, branch) => this.branches.treeOf(projectId, branch),
      move: async (candidate, from) => {
        isMoving = true;
        const released = once(held, 'release');
        held.emit('moving');
        await released;
        return this.branches.move(candidate, from);
      },
    };
    const unitOfWork: IntegrationUnitOfWork = {
      run: async (work) => {
        const result = await new InMemoryUnitOfWork(this.memory.state, inMemoryStores).run(work);
        if (!isMoving) return result;
        throw new FailureException(failure('unavailable', 'database_unavailable', 'The session died.'));
      },
    };
    const moving = once(held, 'moving');
    const ended = new LandChange({ ...this, branches, unitOfWork }).execute(uuidv7(), order);
    await Promise.race([moving, ended]);
    return { release: () => void held.emit('release'), ended };
  }
}

/** An order to create a commit from a patch, for a new task. */
export const createCommitOrder = (
  base: string,
  patch: string,
  over: Partial<CreateCommitOrder> = {},
): CreateCommitOrder => ({
  project_id: 'sample',
  workflow_id: uuidv7(),
  request_id: uuidv7(),
  step_id: 'enhance',
  task_id: uuidv7(),
  attempt: 1,
  agent_id: 'enhancer-1',
  title: 'Improve the performance of this algorithm',
  base,
  change: { base, patch },
  ...over,
});

/** An order to rebase a change onto another head. */
export const rebaseOrder = (change: Change, onto: string): RebaseOrder => ({
  project_id: change.projectId,
  workflow_id: change.workflowId,
  request_id: change.requestId,
  step_id: change.stepId,
  task_id: change.taskId,
  attempt: change.attempt,
  agent_id: change.agentId,
  title: 'Improve the performance of this algorithm',
  change_id: change.changeId,
  onto,
});

/** A valid order to land a change: examined by another agent, tested, approved. */
export function landOrder(change: Change, over: Partial<LandOrder> = {}): LandOrder {
  const { base, commit, tree } = change;
  const verdict: LandOrder['verdict'] = over.verdict ?? {
    approved: true,
    base,
    commit,
    tree,
    policy_version: '1',
    reasons: [],
    findings: [],
    agent_id: 'examiner-1',
  };
  return {
    project_id: change.projectId,
    workflow_id: change.workflowId,
    request_id: change.requestId,
    step_id: 'integrate',
    change_id: change.changeId,
    base,
    commit,
    tree,
    producer_agent_id: change.agentId,
    tests: {
      tree,
      command: 'npm test',
      total: 1,
      passed: 1,
      failed: 0,
      skipped: 0,
      flaky: 0,
      duration_ms: 10,
      exit_code: 0,
    },
    approval: {
      approval_id: uuidv7(),
      subject_digest: landingSubjectDigest(tree, verdict),
      decided_by: 'grace',
    },
    ...over,
    verdict,
  };
}

/** Withdraws the order to land a change. */
export const withdrawalOf = (change: Change, over: Partial<Withdrawal> = {}): Withdrawal => ({
  project_id: change.projectId,
  workflow_id: change.workflowId,
  request_id: change.requestId,
  step_id: 'integrate',
  change_id: change.changeId,
  canceled_by: 'ada',
  reason: 'No longer needed.',
  ...over,
});
