import { Readable } from 'node:stream';
import { Controller, Inject, Req, Res } from '@nestjs/common';
import { requestEventsRoute } from '@ymera/contracts';
import { Input, Route, type RouteInput } from '@ymera/http';
import { failure, FailureException } from '@ymera/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FeedItem } from '../../application/timeline-feed';
import { type OpenWatch, WatchRequest } from '../../application/watch-request';

/** A client that reads nothing for this long is disconnected. */
const stalledMs = 60_000;
const reconnectMs = 1000;
/** For a client that has all events and reconnects anyway, as EventSource does by itself. */
const completeReconnectMs = 60_000;

function positionOf(lastEventId: string | string[] | undefined): number {
  if (lastEventId === undefined || lastEventId === '') return 0;
  if (typeof lastEventId === 'string' && /^\d{1,15}$/.test(lastEventId)) return Number(lastEventId);
  throw new FailureException(
    failure(
      'validation',
      'last_event_id_invalid',
      'Invalid Last-Event-ID. Send the id of an event of this stream.',
    ),
  );
}

function frame(item: FeedItem): string {
  if (item.kind === 'heartbeat') return ':\n\n';
  const { position, type, time, data } = item.entry;
  return `id: ${position}\nevent: ${type}\ndata: ${JSON.stringify({ type, time, data })}\n\n`;
}

async function* frames({ items, isComplete }: OpenWatch, giveUp: () => void): AsyncGenerator<string> {
  yield `retry: ${isComplete ? completeReconnectMs : reconnectMs}\n\n`;
  for await (const item of items) {
    const stalled = setTimeout(giveUp, stalledMs);
    try {
      yield frame(item);
    } finally {
      clearTimeout(stalled);
    }
  }
}

@Controller()
export class RequestEventsController {
  constructor(@Inject(WatchRequest) private readonly watchRequest: WatchRequest) {}

  /** The route's description tells what it guarantees. */
  @Route(requestEventsRoute)
  async watch(
    @Input() { params }: RouteInput<typeof requestEventsRoute>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const watch = await this.watchRequest.execute(
      params.request_id,
      positionOf(request.headers['last-event-id']),
      gone.signal,
    );
    if (!watch.ok) throw new FailureException(watch.error);
    await reply
      .status(requestEventsRoute.status)
      .headers({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      })
      .send(Readable.from(frames(watch.value, () => reply.raw.destroy())));
  }
}
