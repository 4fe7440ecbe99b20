import { connect, type AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { requestEnded } from '@ymera/contracts';
import { eventually, leakGuard } from '@ymera/testing';
import { startTestGateway, tokens, type TestGateway } from '../../testing/test-gateway';
import { fact } from '../../testing/timeline-store.contract';

const ended = (requestId: string, step: number) => ({ ...fact(requestId, step), type: requestEnded.key });

/** Reads an event stream as text until stopped. */
async function open(url: string, headers: Record<string, string> = {}) {
  const client = new AbortController();
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${tokens.viewer}`, ...headers },
    signal: client.signal,
  });
  let text = '';
  const over = (async () => {
    const decoder = new TextDecoder();
    for await (const bytes of response.body ?? []) text += decoder.decode(bytes, { stream: true });
  })().catch(() => undefined);
  return {
    response,
    text: () => text,
    ids: () => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id)),
    close: async () => {
      client.abort();
      await over;
    },
    over,
  };
}

describe('GET /api/v1/requests/{request_id}/events', () => {
  let gateway: TestGateway;
  let base: string;
  beforeAll(async () => {
    gateway = await startTestGateway({ maxWatchers: 2 });
    base = await gateway.app.getUrl();
  });
  afterAll(() => gateway.app.close());
  afterEach(() => eventually(() => expect(gateway.feed.watchers).toBe(0)));

  const urlOf = (requestId: string): string => `${base}/api/v1/requests/${requestId}/events`;

  it('sends past and new events, each with its position, and heartbeats in between', async () => {
    const requestId = randomUUID();
    await gateway.timeline.append([fact(requestId, 1)]);
    const stream = await open(urlOf(requestId));
    expect(stream.response.status).toBe(200);
    expect(stream.response.headers.get('content-type')).toContain('text/event-stream');
    expect(stream.response.headers.get('x-trace-id')).toBeDefined();
    await eventually(() => expect(stream.ids()).toHaveLength(1));
    await gateway.timeline.append([fact(requestId, 2)]);
    await eventually(() => expect(stream.ids()).toHaveLength(2));
    expect(stream.text()).toContain(
      'event: orchestrator.step.changed.v1\ndata: {"type":"orchestrator.step.changed.v1","time":"2026-01-01T00:00:00.002Z","data":{"request_id"',
    );
    await eventually(() => expect(stream.text()).toMatch(/^:$/m));
    await stream.close();
  });

  it('resumes after Last-Event-ID without repeating or missing an event', async () => {
    const requestId = randomUUID();
    await gateway.timeline.append([1, 2, 3].map((step) => fact(requestId, step)));
    const first = await open(urlOf(requestId));
    await eventually(() => expect(first.ids()).toHaveLength(3));
    await first.close();
    const [, second, third] = first.ids();
    await gateway.timeline.append([fact(requestId, 4)]);
    const resumed = await open(urlOf(requestId), { 'last-event-id': String(second) });
    await eventually(() => expect(resumed.ids()).toHaveLength(2));
    expect(resumed.ids()[0]).toBe(third);
    await resumed.close();
  });

  it.each(['-1', 'abc', '1e3', '9'.repeat(40)])('rejects the position %s', async (position) => {
    const stream = await open(urlOf(randomUUID()), { 'last-event-id': position });
    expect(stream.response.status).toBe(400);
    await stream.over;
    expect(stream.text()).toContain('last_event_id_invalid');
  });

  it('ends at once when it resumes after the last event of an ended request', async () => {
    const requestId = randomUUID();
    await gateway.timeline.append([fact(requestId, 1), ended(requestId, 2)]);
    const first = await open(urlOf(requestId));
    await eventually(() => expect(first.ids()).toHaveLength(2));
    await first.close();
    const again = await open(urlOf(requestId), { 'last-event-id': String(first.ids()[1]) });
    expect(again.response.status).toBe(200);
    await again.over;
    expect(again.ids()).toEqual([]);
    // EventSource reconnects by itself: not every second.
    expect(again.text()).toContain('retry: 60000');
    await eventually(() => expect(gateway.feed.watchers).toBe(0));
  });

  it('sends the remaining events of an ended request and stays open for a minute', async () => {
    const requestId = randomUUID();
    await gateway.timeline.append([fact(requestId, 1), ended(requestId, 2), fact(requestId, 3)]);
    const [first] = await gateway.timeline.read(requestId, 0, 1);
    const resumed = await open(urlOf(requestId), { 'last-event-id': String(first?.position) });
    await eventually(() => expect(resumed.ids()).toHaveLength(2));
    await eventually(() => expect(resumed.text()).toMatch(/^:$/m));
    await resumed.close();
  });

  it('ends at once for an ended request whose history has been deleted', async () => {
    const stream = await open(urlOf('00000000-0000-7000-8000-000000000e4d'));
    await stream.over;
    expect([stream.response.status, stream.ids()]).toEqual([200, []]);
  });

  it.each([
    ['of a request without history', 0, 1],
    ['beyond the newest event', 2, 1_000_000],
    ['of the largest allowed value', 1, 999_999_999_999_999],
  ])('answers position_unknown for a position %s', async (_what, steps, position) => {
    const requestId = randomUUID();
    await gateway.timeline.append(Array.from({ length: steps }, (_, step) => fact(requestId, step)));
    const stream = await open(urlOf(requestId), { 'last-event-id': String(position) });
    await stream.over;
    expect([stream.response.status, JSON.parse(stream.text())]).toEqual([
      409,
      expect.objectContaining({ code: 'position_unknown', suggestion: expect.stringContaining('beginning') }),
    ]);
  });

  it('answers 404 for an unknown request', async () => {
    const stream = await open(urlOf('00000000-0000-7000-8000-000000000404'));
    expect(stream.response.status).toBe(404);
    await stream.over;
  });

  it('rejects a watcher above the limit and tells when to retry', async () => {
    const streams = [await open(urlOf(randomUUID())), await open(urlOf(randomUUID()))];
    const refused = await open(urlOf(randomUUID()));
    expect([refused.response.status, refused.response.headers.get('retry-after')]).toEqual([503, '5']);
    await refused.over;
    await Promise.all(streams.map(({ close }) => close()));
  });

  it('stops reading from the store for a client that does not read', async () => {
    const requestId = randomUUID();
    const big = { ...fact(requestId, 0), data: { text: 'x'.repeat(100_000) } };
    await gateway.timeline.append(Array.from({ length: 200 }, () => ({ ...big, eventId: randomUUID() })));
    const read = jest.spyOn(gateway.timeline, 'read');
    const { port } = gateway.app.getHttpServer().address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    socket.pause();
    socket.write(
      `GET /api/v1/requests/${requestId}/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${tokens.viewer}\r\n\r\n`,
    );
    await eventually(() => expect(read.mock.calls.length).toBeGreaterThan(1));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const pages = read.mock.calls.length;
    expect(pages).toBeLessThan(15);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(read.mock.calls.length).toBe(pages);
    read.mockRestore();
    socket.destroy();
  });

  it('ends its streams on shutdown, so that clients reconnect to another instance', async () => {
    const stopping = await startTestGateway();
    const stream = await open(`${await stopping.app.getUrl()}/api/v1/requests/${randomUUID()}/events`);
    await eventually(() => expect(stream.text()).toContain('retry:'));
    await stopping.app.close();
    await stream.over;
    expect(stopping.feed.watchers).toBe(0);
  });
});
leakGuard();
