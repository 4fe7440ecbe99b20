import { leafHash, leafText, type AuditRecord, type Frontier, type TreeNode } from '@ymera/transparency';
import type { AuditEntry, EntryContent } from './audit-entry';

/** An entry as its leaf is made of it. */
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

/** Gives entries the next indices and grows the tree by their leaves. */
export function place(contents: readonly EntryContent[], tree: Frontier): Placed {
  const nodes: TreeNode[] = [];
  const entries = contents.map((content) => {
    const entry = { ...content, index: tree.size };
    tree.append(leafHash(leafText(recordOf(entry))), (node) => nodes.push(node));
    return entry;
  });
  return { entries, nodes };
}
