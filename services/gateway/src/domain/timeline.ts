import { requestEnded } from '@ymera/contracts';

/** One fact in the history of a request. */
export interface TimelineFact {
  /** The event's own id: a fact is recorded once. */
  readonly eventId: string;
  readonly requestId: string;
  readonly type: string;
  readonly time: Date;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A recorded fact. Positions rise in the order in which they become visible; gaps mean nothing. */
export interface TimelineEntry extends Omit<TimelineFact, 'eventId'> {
  readonly position: number;
}

/** Facts that belong to no request have no place in a timeline. */
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

/** Nothing is expected to happen to the request after a fact of this type. */
export const endType = requestEnded.key;
export const isEnd = (entry: Pick<TimelineEntry, 'type'>): boolean => entry.type === endType;
