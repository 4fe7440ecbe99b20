import { feedEntry, requestEventsRoute } from '@ymera/contracts';
import { sleep } from '@ymera/kernel';
import { createParser } from 'eventsource-parser';
import type { ApiClient } from './api-client';
import type { FeedEntry } from './feed-entry';

const reconnectMs = 500;

/** Everything that happens to a request from its beginning, in order; resumes where it was cut off. */
export async function* watchRequest(
  api: ApiClient,
  requestId: string,
  signal: AbortSignal,
): AsyncGenerator<FeedEntry> {
  let lastEventId: string | undefined;
  while (!signal.aborted) {
    const arrived: { id: string | undefined; entry: FeedEntry }[] = [];
    const parser = createParser({
      onEvent: ({ id, data }) => {
        const entry = feedEntry.safeParse(JSON.parse(data));
        if (entry.success) arrived.push({ id, entry: entry.data });
      },
    });
    try {
      const response = await api.stream(
        requestEventsRoute,
        { params: { request_id: requestId } },
        lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
        signal,
      );
      const decoder = new TextDecoder();
      const body: ReadableStream<Uint8Array> | null = response.body;
      for await (const bytes of body ?? []) {
        parser.feed(decoder.decode(bytes, { stream: true }));
        for (const { id, entry } of arrived.splice(0)) {
          lastEventId = id ?? lastEventId;
          yield entry;
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Error && error.name === 'CliError') throw error;
    }
    await sleep(reconnectMs, signal);
  }
}
