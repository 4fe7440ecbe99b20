import type { RequestResource, WorkflowResource } from '@ymera/contracts';

/** What a person should know about what a plan works on. */
export const noteLines = ({ notes = [] }: Pick<RequestResource, 'notes'>): string[] =>
  notes.map((note) => `Note  ${note}`);

/** How to take back what has landed. */
export function takeBackLines(workflow: WorkflowResource | null): string[] {
  const { landed, change } = workflow?.result ?? {};
  return landed === undefined || change === undefined
    ? []
    : [
        `Landed as ${landed.commit} on ${landed.branch}. Take it back with`,
        `  npm run ymera -- changes revert ${change.change_id}`,
      ];
}
