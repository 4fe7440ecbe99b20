import { canonicalJson, sha256Hex, storable } from '@ymera/kernel';

/** A fact as it was received. */
export interface AuditedEvent {
  readonly id: string;
  readonly type: string;
  readonly time: Date;
  readonly payload: unknown;
  readonly aggregateId?: string;
  readonly aggregateVersion?: number;
  readonly traceparent?: string;
}

/** A fact as it is kept. `canonicalData` are the bytes that `dataDigest` is the digest of, now and for ever. */
export interface EntryContent {
  readonly eventId: string;
  readonly type: string;
  /** CloudEvents source: who published it. */
  readonly source: string;
  readonly subject: string;
  readonly aggregateVersion: number;
  readonly time: Date;
  readonly traceId: string | null;
  readonly canonicalData: string;
  readonly dataDigest: string;
}

/** `index` begins at 0 and has no gaps. */
export interface AuditEntry extends EntryContent {
  readonly index: number;
}

const traceIdOf = (traceparent: string | undefined): string | null =>
  /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(traceparent ?? '')?.[1] ?? null;

/** The context that a key begins with is the service that owns it. */
const sourceOf = (type: string): string => `/ymera/${type.split('.', 1)[0]}`;

/** `data` is that of the CloudEvent: the payload with its `aggregate_version`. */
export function entryContent(event: AuditedEvent): EntryContent {
  const { payload, aggregateVersion = 1 } = event;
  const canonicalData = canonicalJson(
    typeof payload === 'object' && payload !== null
      ? { ...payload, aggregate_version: aggregateVersion }
      : payload,
  );
  return {
    eventId: event.id,
    type: event.type,
    source: sourceOf(event.type),
    // What PostgreSQL does not keep as it is would no longer be what was hashed.
    subject: storable(event.aggregateId ?? ''),
    aggregateVersion,
    time: event.time,
    traceId: traceIdOf(event.traceparent),
    canonicalData,
    dataDigest: `sha256:${sha256Hex(canonicalData)}`,
  };
}
