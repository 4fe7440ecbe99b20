import { canonicalJson, sha256Hex } from '@ymera/kernel';

/** A critical operation as its service told it. */
export interface RecordedFact {
  readonly eventId: string;
  /** The contract's key, e.g. `orchestrator.workflow.started.v1`. */
  readonly type: string;
  /** `/ymera/<service>`. */
  readonly source: string;
  /** Id of the aggregate. */
  readonly subject: string;
  readonly aggregateVersion: number;
  readonly time: Date;
  readonly traceId: string | null;
  readonly payload: unknown;
}

/** One line of the log. `index` is dense from 0; `data` is canonical JSON, the very bytes that `dataDigest` is of. */
export interface Entry extends Omit<RecordedFact, 'payload'> {
  readonly index: number;
  readonly data: string;
  readonly dataDigest: string;
}

/** Gives facts their places: one after the other from `first`, in the order in which they came. */
export function entriesFrom(first: number, facts: readonly RecordedFact[]): Entry[] {
  return facts.map(({ payload, ...fact }, offset) => {
    const data = canonicalJson(payload);
    return { ...fact, index: first + offset, data, dataDigest: `sha256:${sha256Hex(data)}` };
  });
}

/**
 * The bytes that stand for an entry in proofs: canonical JSON of everything but the data itself, which its digest stands
 * for, so that data may be erased without breaking a proof.
 */
export const leafBytes = ({ data: _data, time, ...entry }: Entry): string =>
  canonicalJson({ ...entry, time: time.toISOString() });
