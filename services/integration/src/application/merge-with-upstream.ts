import { err, ok, type Result } from '@ymera/kernel';
import { mergeIdentity } from '../domain/commit-identity';
import type { CommitBuilders } from './ports';

export interface DivergedBranch {
  readonly projectId: string;
  readonly branch: string;
  readonly local: string;
  readonly theirs: string;
}

/**
 * A merge of our branch and its upstream, on no branch, or the files in which they conflict. The same two heads give the same
 * commit, so it may be repeated.
 */
export async function mergeWithUpstream(
  commitBuilders: CommitBuilders,
  { projectId, branch, local, theirs }: DivergedBranch,
): Promise<Result<string, readonly string[]>> {
  const bench = await commitBuilders.open(projectId, local);
  const upstream = await commitBuilders.subjectOf(projectId, theirs);
  if (!bench || !upstream) throw new Error(`${projectId} lacks ${local} or ${theirs}`);
  try {
    const merged = await bench.merge(theirs);
    if (!merged.ok) return err(merged.error.map(({ file }) => file));
    const identity = mergeIdentity(branch, Math.max(bench.baseTime, upstream.time));
    const { commit } = await bench.commit(identity, theirs);
    await bench.keepMerge(commit);
    return ok(commit);
  } finally {
    await bench.close();
  }
}
