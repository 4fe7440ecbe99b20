import type { Relation, Upstream } from './upstream';

const commits = (count: number): string => (count === 1 ? '1 commit' : `${count} commits`);
const short = (oid: string): string => oid.slice(0, 12);
const list = (files: readonly string[]): string =>
  files.length > 5 ? `${files.slice(0, 5).join(', ')} and ${files.length - 5} more` : files.join(', ');

/** The last fetch failed: the base of the plan may be out of date. */
export function notFreshNote({ error, checkedAt }: Upstream, head: string): string {
  const since = checkedAt === undefined ? '' : `, as the upstream was at ${checkedAt.toISOString()}`;
  return `${error?.message ?? 'The upstream was not fetched.'} The plan works on ${short(head)}${since}.`;
}

export const mergedNote = (merge: string, { ahead, behind }: Relation): string =>
  `The plan works on ${short(merge)}: ${commits(behind)} of the upstream merged with ${commits(ahead)} that the upstream lacks. The merge lands with the change, tested and examined with it.`;

export const conflictNote = (files: readonly string[], { behind }: Relation): string =>
  `The upstream has ${commits(behind)} that conflict with what has landed here (${list(files)}); the plan works without them. Merge both by hand in the upstream.`;

export const behindNote = ({ behind }: Relation): string =>
  `Landing is paused, so the branch stays behind the upstream by ${commits(behind)}.`;

export const rewrittenNote = (head: string): string =>
  `The upstream's branch was rewritten; the plan works on ${short(head)}, which does not have its commits. To follow the new history, merge this branch into it by hand, or register the repository under another project id.`;

export const settingsNote = (message: string): string => `${message} The previous commands are used.`;
