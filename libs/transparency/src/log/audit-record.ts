import { canonicalJson, sha256Hex } from '@ymera/kernel';

/** One entry of the audit log, as it is stored and as verifiers get it. */
export interface AuditRecord {
  readonly index: number;
  readonly event_id: string;
  readonly type: string;
  readonly source: string;
  readonly subject: string;
  readonly aggregate_version: number;
  readonly time: string;
  readonly trace_id: string | null;
  /** `sha256:<hex>` of `data`. */
  readonly data_digest: string;
  /** Canonical JSON, byte for byte as it was hashed. */
  readonly data: string;
}

/** A record with the leaf hash that its log has stored, in base64; null when it has stored none. */
export interface LoggedRecord extends AuditRecord {
  readonly leaf_hash: string | null;
}

/**
 * The bytes of a record's leaf. They include the data by its digest, so that proofs hold even if the data itself had to
 * be erased. `format` distinguishes this text from future leaf formats.
 */
export function leafText(record: Omit<AuditRecord, 'data'>): string {
  const { index, event_id, type, source, subject, aggregate_version, time, trace_id, data_digest } = record;
  return canonicalJson({
    format: 1,
    index,
    event_id,
    type,
    source,
    subject,
    aggregate_version,
    time,
    trace_id,
    data_digest,
  });
}

export const dataDigest = (data: string): string => `sha256:${sha256Hex(data)}`;
