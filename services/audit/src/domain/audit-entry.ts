import { canonicalJson, sha256Hex, storable } from '@ymera/kernel';

/** An event as received. */
export interface AuditedEvent {
  readonly id: string;
  readonly type: string;
  readonly time: Date;
  readonly payload: unknown;
  readonly aggregateId?: string;
  readonly aggregateVersion?: number;
  readonly traceparent?: string;
}

/** An event as stored. `dataDigest` is the digest of the bytes `canonicalData`. */
export interface EntryContent {
  readonly eventId: string;
  readonly type: string;
  /** CloudEvents source: the publisher. */
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

/** The first part of a key names the service that owns it. */
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
    // A value that PostgreSQL changes on storing would no longer match its hash.
    subject: storable(event.aggregateId ?? ''),
    aggregateVersion,
    time: event.time,
    traceId: traceIdOf(event.traceparent),
    canonicalData,
    dataDigest: `sha256:${sha256Hex(canonicalData)}`,
  };
}
