import { feedEntry, getRequestRoute, requestEventsRoute } from '@ymera/contracts';
import { sleep } from '@ymera/kernel';
import { createParser } from 'eventsource-parser';
import { CliError } from '../cli-error';
import type { ApiClient } from './api-client';
import type { FeedEntry } from './feed-entry';

export interface WatchTimes {
  readonly reconnectMs: number;
  /** A lost connection is retried for this time: longer than a restart of the gateway takes. */
  readonly giveUpMs: number;
}

const defaultTimes: WatchTimes = { reconnectMs: 500, giveUpMs: 120_000 };

/** Called once per lost connection, not per retry. */
export interface Connection {
  /** It is retried for this time. */
  lost(giveUpMs: number): void;
  back(): void;
}

interface Arrived {
  readonly id: string | undefined;
  readonly entry: FeedEntry;
}

/**
 * Every event of a request from its beginning, in order; resumes where the connection was lost, and returns when the
 * request has ended and no event is left. Rejects at once where the gateway was never reached; `connection` is called
 * when an established connection is lost, and when it is restored.
 */
export async function* watchRequest(
  api: ApiClient,
  requestId: string,
  signal: AbortSignal,
  connection: Connection,
  { reconnectMs, giveUpMs }: WatchTimes = defaultTimes,
): AsyncGenerator<FeedEntry> {
  let lastEventId: string | undefined;
  let wasThere = false;
  let lostAt: number | undefined;
  while (!signal.aborted) {
    try {
      const response = await api.stream(
        requestEventsRoute,
        { params: { request_id: requestId } },
        lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
        signal,
      );
      wasThere = true;
      if (lostAt !== undefined) connection.back();
      lostAt = undefined;
      let hasArrived = false;
      for await (const { id, entry } of arriving(response)) {
        hasArrived = true;
        lastEventId = id ?? lastEventId;
        yield entry;
      }
      if (!hasArrived && (await hasEnded(api, requestId))) return;
    } catch (error) {
      if (signal.aborted) return;
      if (lastEventId !== undefined && isPositionUnknown(error)) {
        // The gateway no longer knows the position, or was restored from a backup: read from the beginning.
        lastEventId = undefined;
        continue;
      }
      if (!wasThere || isRefusal(error)) throw error;
      if (lostAt === undefined) {
        lostAt = performance.now();
        connection.lost(giveUpMs);
      } else if (performance.now() - lostAt >= giveUpMs) throw error;
    }
    await sleep(reconnectMs, signal);
  }
}

const isPositionUnknown = (error: unknown): boolean =>
  error instanceof CliError && error.code === 'position_unknown';

/** A stream also ends when its gateway stops; then more events follow. */
async function hasEnded(api: ApiClient, requestId: string): Promise<boolean> {
  const request = await api.call(getRequestRoute, { params: { request_id: requestId } });
  return request.ended_at !== null;
}

/** An answer that a retry would not change. */
const isRefusal = (error: unknown): boolean =>
  error instanceof CliError && error.code !== 'gateway_unreachable' && error.code !== 'gateway_timeout';

async function* arriving({ body }: Response): AsyncGenerator<Arrived> {
  const arrived: Arrived[] = [];
  const parser = createParser({
    onEvent: ({ id, data }) => {
      const entry = feedEntry.safeParse(JSON.parse(data));
      if (entry.success) arrived.push({ id, entry: entry.data });
    },
  });
  const decoder = new TextDecoder();
  const chunks: ReadableStream<Uint8Array> | null = body;
  for await (const bytes of chunks ?? []) {
    parser.feed(decoder.decode(bytes, { stream: true }));
    yield* arrived.splice(0);
  }
}
