import { leafHash, leafText, type AuditRecord, type Frontier, type TreeNode } from '@ymera/transparency';
import type { AuditEntry, EntryContent } from './audit-entry';

/** The fields of an entry that its leaf is computed from. */
export const recordOf = (entry: AuditEntry): AuditRecord => ({
  index: entry.index,
  event_id: entry.eventId,
  type: entry.type,
  source: entry.source,
  subject: entry.subject,
  aggregate_version: entry.aggregateVersion,
  time: entry.time.toISOString(),
  trace_id: entry.traceId,
  data_digest: entry.dataDigest,
  data: entry.canonicalData,
});

export interface Placed {
  readonly entries: readonly AuditEntry[];
  /** The perfect subtrees that these entries complete, their leaves included. */
  readonly nodes: readonly TreeNode[];
}

/** Assigns the next indices to entries and appends their leaves to the tree. */
export function place(contents: readonly EntryContent[], tree: Frontier): Placed {
  const nodes: TreeNode[] = [];
  const entries = contents.map((content) => {
    const entry = { ...content, index: tree.size };
    tree.append(leafHash(leafText(recordOf(entry))), (node) => nodes.push(node));
    return entry;
  });
  return { entries, nodes };
}
