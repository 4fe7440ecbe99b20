import { canonicalJson, sha256Hex } from '@ymera/kernel';

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

export function entryContent(event: AuditedEvent): EntryContent {
  const data =
    typeof event.payload === 'object' && event.payload !== null && event.aggregateVersion !== undefined
      ? { ...event.payload, aggregate_version: event.aggregateVersion }
      : event.payload;
  const canonicalData = canonicalJson(data);
  return {
    eventId: event.id,
    type: event.type,
    source: sourceOf(event.type),
    subject: event.aggregateId ?? '',
    time: event.time,
    traceId: traceIdOf(event.traceparent),
    canonicalData,
    dataDigest: `sha256:${sha256Hex(canonicalData)}`,
  };
}
