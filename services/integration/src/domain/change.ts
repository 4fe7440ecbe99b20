import type { Finding } from '@ymera/contracts';
import { sha256Hex } from '@ymera/kernel';

/** A proposed change, stored as a commit in the project's repository, on no branch until it lands. */
export interface Change {
  readonly changeId: string;
  readonly projectId: string;
  readonly workflowId: string;
  readonly requestId: string;
  readonly stepId: string;
  readonly taskId: string;
  readonly attempt: number;
  /** The producer, who may never be its examiner. */
  readonly agentId: string;
  readonly base: string;
  readonly commit: string;
  readonly tree: string;
  readonly files: number;
  readonly patchDigest: string;
  /** Findings for its approver, repeated in every answer about it. */
  readonly findings: readonly Finding[];
  /** The landed change that this one reverts. */
  readonly reverts: string | undefined;
  /** The change that this one was rebased from. */
  readonly madeFrom: string | undefined;
  readonly state: ChangeState;
  /** Rises with every published fact about this change; 1 is its creation. */
  readonly version: number;
  readonly createdAt: Date;
  readonly landedAt: Date | undefined;
  /** The actor who canceled the workflow: the change can no longer land. */
  readonly withdrawnBy: string | undefined;
}

export const changeStates = ['materialised', 'landed'] as const;
type ChangeState = (typeof changeStates)[number];

/** A landing moved the branch to it. Landed is final: a landing is never undone, a revert is another change. */
export const landed = (change: Change, now: Date): Change => ({
  ...change,
  state: 'landed',
  version: change.version + 1,
  landedAt: now,
});

/** A landing was refused: a fact, so the version rises, but the change may still land. */
export const landingRefused = (change: Change): Change => ({ ...change, version: change.version + 1 });

/** Its workflow is to be canceled. The first actor stays recorded. */
export const withdrawn = (change: Change, by: string): Change => ({
  ...change,
  withdrawnBy: change.withdrawnBy ?? by,
});

/**
 * The same attempt of the same task is the same change, however often it is delivered: a UUID of version 8 (RFC 9562:
 * ours to define) from the digest of both.
 */
export const changeIdOf = (taskId: string, attempt: number): string => idOf(`${taskId}:${attempt}`);

/** A landed change is reverted once in each workflow. */
export const revertChangeIdOf = (changeId: string, workflowId: string): string =>
  idOf(`revert:${changeId}:${workflowId}`);

/** A change rebased onto the same base is the same change. */
export const rebasedChangeIdOf = (changeId: string, base: string): string => idOf(`${changeId}:${base}`);

function idOf(name: string): string {
  const hex = sha256Hex(`ymera-change:${name}`);
  const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) % 4);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
