import type {
  changeLanded,
  changeMaterialised,
  landChange,
  materialiseChange,
  PayloadOf,
} from '@ymera/contracts';
import { base, oid } from './plans';

/** What integration would answer to an order to make a commit. */
export const materialisedFrom = (
  order: PayloadOf<typeof materialiseChange>,
  changeId: string,
): PayloadOf<typeof changeMaterialised> => ({
  project_id: order.project_id,
  workflow_id: order.workflow_id,
  request_id: order.request_id,
  step_id: order.step_id,
  task_id: order.task_id,
  attempt: order.attempt,
  agent_id: order.agent_id,
  change_id: changeId,
  base,
  commit: oid('c'),
  tree: oid('7'),
  files: 1,
});

/** What integration would answer to an order to land. */
export const landedFrom = (
  order: PayloadOf<typeof landChange>,
  at: Date,
): PayloadOf<typeof changeLanded> => ({
  project_id: order.project_id,
  workflow_id: order.workflow_id,
  request_id: order.request_id,
  step_id: order.step_id,
  change_id: order.change_id,
  base,
  commit: order.commit,
  tree: order.tree,
  branch: 'main',
  landed_at: at.toISOString(),
});
