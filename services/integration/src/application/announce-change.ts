import { changeMaterialised, changeRefused } from '@ymera/contracts';
import type { Outbox } from '@ymera/unit-of-work';
import type { Change } from '../domain/change';
import type { ChangeRefusal } from '../domain/change-policy';

/** The attempt that an order is about. */
export interface OrderedAttempt {
  readonly project_id: string;
  readonly workflow_id: string;
  readonly request_id: string;
  readonly step_id: string;
  readonly task_id: string;
  readonly attempt: number;
  readonly agent_id: string;
}

const attemptOf = (order: OrderedAttempt) => ({
  project_id: order.project_id,
  workflow_id: order.workflow_id,
  request_id: order.request_id,
  step_id: order.step_id,
  task_id: order.task_id,
  attempt: order.attempt,
});

/** A repeated publication of the same fact has the same version: 1. */
export async function announceChange(outbox: Outbox, order: OrderedAttempt, change: Change): Promise<Change> {
  await outbox.event(changeMaterialised, {
    aggregateId: change.changeId,
    aggregateVersion: 1,
    payload: {
      ...attemptOf(order),
      change_id: change.changeId,
      agent_id: change.agentId,
      base: change.base,
      commit: change.commit,
      tree: change.tree,
      files: change.files,
      ...(change.madeFrom === undefined ? {} : { made_from: change.madeFrom }),
      ...(change.findings.length === 0 ? {} : { findings: [...change.findings] }),
    },
  });
  return change;
}

export async function announceRefusal(
  outbox: Outbox,
  { changeId, base }: Pick<Change, 'changeId' | 'base'>,
  order: OrderedAttempt,
  { failure, findings }: ChangeRefusal,
): Promise<void> {
  const { code, message, retryable, suggestion } = failure;
  await outbox.event(changeRefused, {
    aggregateId: changeId,
    aggregateVersion: 1,
    payload: {
      ...attemptOf(order),
      agent_id: order.agent_id,
      base,
      error: { code, message, retryable, ...(suggestion === undefined ? {} : { suggestion }) },
      findings: [...findings],
    },
  });
}
