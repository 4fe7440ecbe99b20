import type { SharedPlatform } from './platform';

export interface TimelineEntry {
  readonly type: string;
  readonly data: Record<string, any>;
}

/** All events of an ended request, in order, from its timeline. */
export async function timelineOf(
  platform: SharedPlatform,
  requestId: string,
): Promise<readonly TimelineEntry[]> {
  const response = await fetch(new URL(`/api/v1/requests/${requestId}/events`, platform.urls['gateway']), {
    headers: { authorization: `Bearer ${platform.tokens['requester']}`, accept: 'text/event-stream' },
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok || !response.body) throw new Error(`no timeline: ${response.status}`);
  const entries: TimelineEntry[] = [];
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(bytes, { stream: true });
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines)
      if (line.startsWith('data:')) entries.push(JSON.parse(line.slice('data:'.length)) as TimelineEntry);
    if (entries.some(({ type }) => type.startsWith('coordinator.request.ended.'))) return entries;
  }
  throw new Error(`the timeline ended before the request: ${entries.map(({ type }) => type).join(', ')}`);
}
