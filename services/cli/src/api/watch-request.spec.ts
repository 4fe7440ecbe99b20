import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequest } from '@ymera/contracts';
import { ApiClient } from './api-client';
import { watchRequest } from './watch-request';

const happened = (type: string): string =>
  `id: ${type}\ndata: ${JSON.stringify({ type, time: '2026-01-01T00:00:00.000Z', data: {} })}\n\n`;
const problem = { type: 'x', title: 'x', status: 409, detail: 'x', code: 'x', retryable: false };
const patient = { reconnectMs: 5, giveUpMs: 30_000 };
const hasty = { reconnectMs: 5, giveUpMs: 100 };

describe('watchRequest (with a fake gateway)', () => {
  let server: Server;
  let port: number;
  let serve: (request: IncomingMessage, response: ServerResponse) => void;
  let told: (number | 'back')[];
  beforeEach(async () => {
    told = [];
    server = createServer((request, response) => {
      serve(request, response);
    });
    await listen(0);
    ({ port } = server.address() as AddressInfo);
  });
  afterEach(close);

  const listen = (on: number): Promise<void> =>
    new Promise((resolve) => server.listen(on, '127.0.0.1', resolve));
  async function close(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }
  const stream = (response: ServerResponse, ...types: string[]): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(types.map(happened).join(''));
  };
  const watch = (times = patient, signal = new AbortController().signal, timeoutMs?: number) =>
    watchRequest(
      new ApiClient(`http://127.0.0.1:${port}`, 'token', timeoutMs),
      'r',
      signal,
      { lost: (giveUpMs) => told.push(giveUpMs), back: () => told.push('back') },
      times,
    );

  it('fails at once without a gateway', async () => {
    await close();
    await expect(watch().next()).rejects.toMatchObject({
      code: 'gateway_unreachable',
      suggestion: 'Start it with npm start.',
    });
    expect(told).toEqual([]);
    await listen(0);
  });

  it('resumes after a lost connection, and reports loss and recovery once', async () => {
    const resumedFrom: unknown[] = [];
    serve = ({ headers }, response) => {
      resumedFrom.push(headers['last-event-id']);
      stream(response, resumedFrom.length === 1 ? 'one' : 'two');
    };
    const entries = watch();
    expect((await entries.next()).value).toMatchObject({ type: 'one' });
    const next = entries.next();
    await close();
    await listen(port);
    expect((await next).value).toMatchObject({ type: 'two' });
    await entries.return(undefined);
    expect(resumedFrom).toEqual([undefined, 'one']);
    expect(told).toEqual([patient.giveUpMs, 'back']);
  });

  const answerJson = (response: ServerResponse, status: number, body: object): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

  it('returns when the request has ended and its stream has no events left', async () => {
    const streams = [['one'], []];
    serve = ({ url }, response) => {
      if (url?.endsWith('/events')) {
        stream(response, ...(streams.shift() ?? ['too many']));
        response.end();
      } else answerJson(response, 200, { ...getRequest.replySample, ended_at: '2026-01-01T00:00:00.000Z' });
    };
    const types: string[] = [];
    for await (const { type } of watch()) types.push(type);
    expect([types, streams]).toEqual([['one'], []]);
  });

  it('resumes when a stream without events ends before the request', async () => {
    const streams = [['one'], [], ['two']];
    serve = ({ url }, response) => {
      if (url?.endsWith('/events')) {
        stream(response, ...(streams.shift() ?? []));
        response.end();
      } else answerJson(response, 200, { ...getRequest.replySample, ended_at: null });
    };
    const entries = watch();
    expect((await entries.next()).value).toMatchObject({ type: 'one' });
    expect((await entries.next()).value).toMatchObject({ type: 'two' });
    await entries.return(undefined);
  });

  it('reads from the beginning when the gateway no longer knows the position', async () => {
    const resumedFrom: unknown[] = [];
    serve = ({ headers }, response) => {
      resumedFrom.push(headers['last-event-id']);
      if (headers['last-event-id'] !== undefined)
        answerJson(response, 409, { ...problem, code: 'position_unknown' });
      else {
        stream(response, resumedFrom.length === 1 ? 'one' : 'anew');
        response.end();
      }
    };
    const entries = watch();
    expect((await entries.next()).value).toMatchObject({ type: 'one' });
    expect((await entries.next()).value).toMatchObject({ type: 'anew' });
    await entries.return(undefined);
    expect(resumedFrom).toEqual([undefined, 'one', undefined]);
    expect(told).toEqual([]);
  });

  describe('with a gateway that accepts the request and never answers', () => {
    const noAnswer = { code: 'gateway_timeout', message: expect.stringContaining('within 0.05 s') };
    const wait = (times = patient) => watch(times, undefined, 50);
    const ignore = (): void => undefined;

    it('fails at once when it never answered before', async () => {
      serve = ignore;
      await expect(wait().next()).rejects.toMatchObject(noAnswer);
      expect(told).toEqual([]);
    });

    it('retries it like a lost connection, and has no timeout for an open stream', async () => {
      const answers = [
        (response: ServerResponse) => {
          stream(response, 'one');
          setTimeout(() => {
            response.end(happened('later'));
          }, 100);
        },
        ignore,
        ignore,
        (response: ServerResponse) => {
          stream(response, 'two');
        },
      ];
      serve = (_, response) => {
        answers.shift()?.(response);
      };
      const entries = wait();
      for (const type of ['one', 'later', 'two'])
        expect((await entries.next()).value).toMatchObject({ type });
      await entries.return(undefined);
      expect(answers).toEqual([]);
      expect(told).toEqual([patient.giveUpMs, 'back']);
    });

    it('stops the retries after the timeout', async () => {
      serve = (_, response) => {
        serve = ignore;
        response.writeHead(200).end(happened('one'));
      };
      const entries = wait(hasty);
      await entries.next();
      await expect(entries.next()).rejects.toMatchObject(noAnswer);
      expect(told).toEqual([hasty.giveUpMs]);
    });
  });

  it('fails when the gateway stays unreachable', async () => {
    serve = (_, response) => {
      stream(response, 'one');
    };
    const entries = watch(hasty);
    await entries.next();
    const next = entries.next();
    const refused = expect(next).rejects.toMatchObject({ code: 'gateway_unreachable' });
    await close();
    await refused;
    expect(told).toEqual([hasty.giveUpMs]);
    await listen(0);
  });

  it('reports nothing when it is interrupted', async () => {
    serve = (_, response) => {
      stream(response, 'one');
    };
    const stop = new AbortController();
    const entries = watch(patient, stop.signal);
    await entries.next();
    const next = entries.next();
    stop.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(told).toEqual([]);
  });
});
