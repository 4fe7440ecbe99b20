import type {
  changeLanded,
  changeMaterialised,
  landChange,
  landingRefused,
  materialiseChange,
  PayloadOf,
  remakeChange,
  withdrawLanding,
} from '@ymera/contracts';
import { createHash } from 'node:crypto';
import { base, oid } from './plans';

const oidOf = (...of: readonly string[]): string => createHash('sha1').update(of.join(' ')).digest('hex');

/** Ids of git objects are a function of their content. */
const uuidOf = (name: string): string => {
  const hex = oidOf(name);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/** The answer of integration to an order to create a commit. */
export const committedFrom = (
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

/** The answer of integration to an order to land. */
export const landedFrom = (
  order: PayloadOf<typeof landChange>,
  at: Date,
): PayloadOf<typeof changeLanded> => ({
  project_id: order.project_id,
  workflow_id: order.workflow_id,
  request_id: order.request_id,
  step_id: order.step_id,
  change_id: order.change_id,
  base: order.base,
  commit: order.commit,
  tree: order.tree,
  branch: 'main',
  landed_at: at.toISOString(),
});

/** The answer of integration to an order to rebase a change. */
export const rebasedFrom = (order: PayloadOf<typeof remakeChange>): PayloadOf<typeof changeMaterialised> => ({
  project_id: order.project_id,
  workflow_id: order.workflow_id,
  request_id: order.request_id,
  step_id: order.step_id,
  task_id: order.task_id,
  attempt: order.attempt,
  agent_id: order.agent_id,
  change_id: uuidOf(`${order.change_id} ${order.onto}`),
  base: order.onto,
  commit: oidOf('commit', order.change_id, order.onto),
  tree: oidOf('tree', order.change_id, order.onto),
  files: 1,
  made_from: order.change_id,
});

/** The answer of integration to an order to land after another change landed. */
export const movedFrom = (
  order: PayloadOf<typeof landChange>,
  head: string,
): PayloadOf<typeof landingRefused> => ({
  project_id: order.project_id,
  workflow_id: order.workflow_id,
  request_id: order.request_id,
  step_id: order.step_id,
  change_id: order.change_id,
  error: {
    code: 'base_moved',
    message: `The branch has moved from ${order.base} to ${head}.`,
    retryable: false,
  },
  head,
});

/** The answer of integration to the withdrawal of a landing that has not happened. */
export const withdrawnFrom = ({
  canceled_by,
  reason: _,
  ...named
}: PayloadOf<typeof withdrawLanding>): PayloadOf<typeof landingRefused> => ({
  ...named,
  error: {
    code: 'landing_withdrawn',
    message: `${canceled_by} canceled the workflow before this had landed.`,
    retryable: false,
  },
});
