export interface StoredArtefact {
  readonly digest: string;
  readonly sizeBytes: number;
  /** The time of the last upload. */
  readonly storedAt: Date;
}

export interface RetentionPolicy {
  readonly maxAgeMs: number;
  readonly maxTotalBytes: number;
}

/** The artefacts to delete: those above the maximum age, then the oldest until the rest fits. */
export function expiredArtefacts(
  artefacts: readonly StoredArtefact[],
  policy: RetentionPolicy,
  now: Date,
): readonly StoredArtefact[] {
  const newestFirst = artefacts.toSorted((a, b) => b.storedAt.getTime() - a.storedAt.getTime());
  let kept = 0;
  return newestFirst.filter(({ sizeBytes, storedAt }) => {
    const isTooOld = now.getTime() - storedAt.getTime() > policy.maxAgeMs;
    if (isTooOld || kept + sizeBytes > policy.maxTotalBytes) return true;
    kept += sizeBytes;
    return false;
  });
}
