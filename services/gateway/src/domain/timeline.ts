import { requestEnded } from '@ymera/contracts';

/** One event in the history of a request. */
export interface TimelineFact {
  /** The event's own id, for deduplication. */
  readonly eventId: string;
  readonly requestId: string;
  readonly type: string;
  readonly time: Date;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A recorded event. Positions rise in the order in which they become visible; gaps have no meaning. */
export interface TimelineEntry extends Omit<TimelineFact, 'eventId'> {
  readonly position: number;
}

/** Events without a request are not part of any timeline. */
export function timelineFact(event: {
  readonly id: string;
  readonly type: string;
  readonly time: Date;
  readonly payload: unknown;
}): TimelineFact | undefined {
  const { payload } = event;
  if (typeof payload !== 'object' || payload === null || !('request_id' in payload)) return undefined;
  const { request_id: requestId } = payload;
  if (typeof requestId !== 'string') return undefined;
  return { eventId: event.id, requestId, type: event.type, time: event.time, data: { ...payload } };
}

/** No event of the request is expected after one of this type. */
export const endType = requestEnded.key;
export const isEnd = (entry: Pick<TimelineEntry, 'type'>): boolean => entry.type === endType;
