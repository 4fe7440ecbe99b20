import type { RequestResource, WorkflowResource } from '@ymera/contracts';

/** Notes for a person on the subject of a plan. */
export const noteLines = ({ notes = [] }: Pick<RequestResource, 'notes'>): string[] =>
  notes.map((note) => `Note  ${note}`);

/** How to revert a landed change. */
export function takeBackLines(workflow: WorkflowResource | null): string[] {
  const { landed, change } = workflow?.result ?? {};
  return landed === undefined || change === undefined
    ? []
    : [
        `Landed as ${landed.commit} on ${landed.branch}. Revert it with`,
        `  npm run ymera -- changes revert ${change.change_id}`,
      ];
}
