import { Controller, Inject } from '@nestjs/common';
import {
  getChange,
  landChange,
  materialiseChange,
  materialiseChangeV1,
  remakeChange,
  withdrawLanding,
  type PayloadOf,
} from '@ymera/contracts';
import type { Logger } from '@ymera/kernel';
import { OnCommand, OnQuery, type Received } from '@ymera/messaging';
import { counter } from '@ymera/observability';
import { GetChange } from '../../application/get-change';
import { LandChange } from '../../application/land-change';
import { CreateCommit } from '../../application/create-commit';
import { RebaseChange } from '../../application/rebase-change';
import { WithdrawLanding } from '../../application/withdraw-landing';

/** Injection token of the logger. */
export const logger = Symbol('logger');

const changes = counter({
  name: 'ymera_changes_total',
  help: 'Proposed changes by outcome: materialised, made_again, or the code of the refusal.',
  labels: ['outcome'],
});
const landings = counter({
  name: 'ymera_landings_total',
  help: 'Orders to land by outcome: landed, or the code of the refusal.',
  labels: ['outcome'],
});

@Controller()
export class ChangesController {
  constructor(
    @Inject(CreateCommit) private readonly materialiseChange: CreateCommit,
    @Inject(RebaseChange) private readonly remakeChange: RebaseChange,
    @Inject(LandChange) private readonly landChange: LandChange,
    @Inject(WithdrawLanding) private readonly withdrawLanding: WithdrawLanding,
    @Inject(GetChange) private readonly getChange: GetChange,
    @Inject(logger) private readonly log: Logger,
  ) {}

  @OnCommand(materialiseChange)
  async createCommit({ id, payload }: Received<PayloadOf<typeof materialiseChange>>): Promise<void> {
    const result = await this.materialiseChange.execute(id, payload);
    if (!result) return;
    const outcome = result.ok ? 'materialised' : result.error.failure.code;
    changes.inc({ outcome });
    this.log.info('change proposed', {
      outcome,
      project_id: payload.project_id,
      task_id: payload.task_id,
      attempt: payload.attempt,
      agent_id: payload.agent_id,
      ...(result.ok ? { change_id: result.value.changeId, commit: result.value.commit } : {}),
    });
  }

  /** Orders of version 1 from an older orchestrator, which may still wait in the queue. */
  @OnCommand(materialiseChangeV1)
  createCommitInline(message: Received<PayloadOf<typeof materialiseChangeV1>>): Promise<void> {
    return this.createCommit(message);
  }

  @OnCommand(remakeChange)
  async rebase({ id, payload }: Received<PayloadOf<typeof remakeChange>>): Promise<void> {
    const result = await this.remakeChange.execute(id, payload);
    if (!result) return;
    const outcome = result.ok ? 'made_again' : result.error.failure.code;
    changes.inc({ outcome });
    this.log.info('change rebased', {
      outcome,
      project_id: payload.project_id,
      task_id: payload.task_id,
      made_from: payload.change_id,
      onto: payload.onto,
      ...(result.ok ? { change_id: result.value.changeId, commit: result.value.commit } : {}),
    });
  }

  @OnCommand(landChange)
  async land({ id, payload }: Received<PayloadOf<typeof landChange>>): Promise<void> {
    const result = await this.landChange.execute(id, payload);
    if (!result) return;
    const outcome = result.kind === 'refused' ? result.failure.code : result.kind;
    landings.inc({ outcome });
    this.log.info('landing ordered', {
      outcome,
      project_id: payload.project_id,
      change_id: payload.change_id,
      commit: payload.commit,
      approved_by: payload.approval?.decided_by,
    });
  }

  @OnCommand(withdrawLanding)
  async withdraw({ id, payload }: Received<PayloadOf<typeof withdrawLanding>>): Promise<void> {
    const result = await this.withdrawLanding.execute(id, payload);
    if (!result) return;
    const outcome = result.kind === 'refused' ? result.failure.code : result.kind;
    this.log.info('landing withdrawn', {
      outcome,
      project_id: payload.project_id,
      change_id: payload.change_id,
      canceled_by: payload.canceled_by,
      reason: payload.reason,
    });
  }

  @OnQuery(getChange)
  change(payload: PayloadOf<typeof getChange>) {
    return this.getChange.execute(payload);
  }
}
