/** `lost`: promised, and not (fully) in effect. `doubled`: more often in effect than promised, or never promised. */
export interface Finding {
  readonly kind: 'lost' | 'doubled';
  readonly evidence: string;
}

export const lost = (evidence: string): Finding => ({ kind: 'lost', evidence });
export const doubled = (evidence: string): Finding => ({ kind: 'doubled', evidence });

export function groupBy<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}
