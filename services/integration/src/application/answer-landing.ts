import {
  changeLanded,
  landingRefused as refusedEvent,
  type landChange,
  type PayloadOf,
} from '@ymera/contracts';
import type { Failure } from '@ymera/kernel';
import { landed, landingRefused, type Change } from '../domain/change';
import type { Project } from '../domain/project';
import type { IntegrationTransaction } from './ports';

/** The common part of an order to land and its withdrawal. */
export type LandingReference = Pick<
  PayloadOf<typeof landChange>,
  'project_id' | 'workflow_id' | 'request_id' | 'step_id' | 'change_id'
>;

export type LandingAnswer =
  | { readonly kind: 'landed'; readonly change: Change }
  | { readonly kind: 'refused'; readonly failure: Failure };

/** Records the outcome the first time, and publishes it every time. */
export async function answerLanded(
  tx: IntegrationTransaction,
  about: LandingReference,
  project: Project,
  change: Change,
  now: Date,
  pushed = false,
): Promise<LandingAnswer> {
  const isFirst = change.state !== 'landed';
  const recorded = isFirst ? landed(change, now) : change;
  if (isFirst) await tx.changes.update(recorded);
  await tx.outbox.event(changeLanded, {
    aggregateId: recorded.changeId,
    aggregateVersion: recorded.version,
    payload: {
      ...referenceOf(about),
      base: recorded.base,
      commit: recorded.commit,
      tree: recorded.tree,
      branch: project.defaultBranch,
      landed_at: (recorded.landedAt ?? now).toISOString(),
      ...(pushed ? { pushed } : {}),
    },
  });
  return { kind: 'landed', change: recorded };
}

export async function answerRefused(
  tx: IntegrationTransaction,
  about: LandingReference,
  change: Change | undefined,
  reason: Failure,
  head?: string,
): Promise<LandingAnswer> {
  const recorded = change && landingRefused(change);
  if (recorded) await tx.changes.update(recorded);
  const { code, message, retryable, suggestion } = reason;
  await tx.outbox.event(refusedEvent, {
    aggregateId: about.change_id,
    aggregateVersion: recorded?.version ?? 1,
    payload: {
      ...referenceOf(about),
      error: { code, message, retryable, ...(suggestion === undefined ? {} : { suggestion }) },
      ...(head === undefined ? {} : { head }),
    },
  });
  return { kind: 'refused', failure: reason };
}

const referenceOf = ({ project_id, workflow_id, request_id, step_id, change_id }: LandingReference) => ({
  project_id,
  workflow_id,
  request_id,
  step_id,
  change_id,
});
