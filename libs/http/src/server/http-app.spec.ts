import { connect, type AddressInfo } from 'node:net';
import { Controller, Get, HttpException, Post } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { defineRoute } from '@ymera/contracts';
import { failure, FailureException, type LogFields, type Logger } from '@ymera/kernel';
import { currentTraceId, renderMetrics, startTelemetry, type Telemetry } from '@ymera/observability';
import { z } from 'zod';
import { Input, Route, type RouteInput } from '../route/route';
import { createHttpApp } from './http-app';

const echoRoute = defineRoute({
  operation: 'echo',
  method: 'POST',
  path: '/things/{thing_id}/echo',
  summary: 'Says it again',
  tag: 'test',
  access: ['public'],
  params: z.object({ thing_id: z.string().min(3) }),
  query: z.object({ times: z.coerce.number().int().max(3).default(1) }),
  body: z.object({ text: z.string(), tags: z.array(z.string()).max(2).default([]) }),
  status: 201,
  response: z.object({ said: z.string(), trace_id: z.string() }),
  errors: [],
});

@Controller()
class EchoController {
  @Route(echoRoute)
  echo(@Input() { params, query, body }: RouteInput<typeof echoRoute>): object {
    if (body.text === 'undocumented') return { said: 1 };
    return { said: `${params.thing_id} ${body.text.repeat(query.times)}`, trace_id: currentTraceId() };
  }

  @Get('broken')
  broken(): never {
    throw new Error('connect postgresql://audit:hunter2@db');
  }

  @Get('refused')
  refused(): never {
    throw new FailureException(
      failure('rate_limited', 'slow_down', 'Slow down.', {
        suggestion: 'Wait.',
        details: { retry_after_s: 1.2 },
      }),
    );
  }

  @Get('nest-refused')
  nestRefused(): never {
    throw new HttpException({ sql: 'select hunter2' }, 422);
  }

  @Post('anything')
  anything(): object {
    return {};
  }
}

class TestModule {}

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('createHttpApp', () => {
  const logged: { message: string; fields: LogFields | undefined }[] = [];
  const logger: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: (message, fields) => logged.push({ message, fields }),
  };
  let app: NestFastifyApplication;
  let telemetry: Telemetry;

  beforeAll(async () => {
    telemetry = await startTelemetry({ service: 'test', version: '1' });
    app = await createHttpApp(
      {
        module: TestModule,
        controllers: [EchoController],
      },
      { logger, validateResponses: true },
    );
    await app.listen(0, '127.0.0.1');
  });
  afterAll(async () => {
    await app.close();
    await telemetry.shutdown();
  });
  beforeEach(() => logged.splice(0));

  const post = (path: string, body: string, headers: Record<string, string> = {}) =>
    app.inject({
      method: 'POST',
      url: path,
      payload: body,
      headers: { 'content-type': 'application/json', ...headers },
    });
  const port = (): number => (app.getHttpServer().address() as AddressInfo).port;

  it('gives a handler its parsed input in the caller’s trace, and returns the trace with the answer', async () => {
    const answer = await post('/things/abc/echo?times=2', '{"text":"ha"}', {
      traceparent,
      'x-request-id': 'r-1',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toEqual({ said: 'abc haha', trace_id: '4bf92f3577b34da6a3ce929d0e0e4736' });
    expect(answer.headers).toMatchObject({
      'x-trace-id': '4bf92f3577b34da6a3ce929d0e0e4736',
      traceparent: expect.stringMatching(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01$/),
      'x-request-id': 'r-1',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
  });

  it('keeps the trace when the body arrives in pieces', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(port(), '127.0.0.1');
      let received = '';
      socket.on('data', (chunk) => {
        received += chunk.toString();
        if (received.includes('"trace_id"')) socket.end();
      });
      socket.on('close', () => resolve(received)).on('error', reject);
      socket.write(
        `POST /things/abc/echo HTTP/1.1\r\nhost: x\r\ntraceparent: ${traceparent}\r\ncontent-type: application/json\r\ncontent-length: 13\r\n\r\n{"text":`,
      );
      setTimeout(() => socket.write('"ha"}'), 20);
    });
    expect(answer).toContain('"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"');
  });

  it('reports every wrong field at once', async () => {
    const answer = await post('/things/ab/echo?times=9', '{"tags":["a",7]}');
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    const { errors, code, trace_id: traceId } = answer.json();
    expect(code).toBe('invalid_request');
    expect(traceId).toBe(answer.headers['x-trace-id']);
    expect(errors.map(({ path }: { path: string }) => path)).toEqual([
      'params.thing_id',
      'query.times',
      'body.text',
      'body.tags.1',
    ]);
  });

  it.each([
    ['a body that is not JSON', '{"text":', 'application/json', 400, 'malformed_json'],
    ['a prototype in the body', '{"__proto__":{"a":1}}', 'application/json', 400, 'malformed_json'],
    [
      'JSON that is nested too deep',
      '['.repeat(10_000) + ']'.repeat(10_000),
      'application/json',
      400,
      'json_too_deep',
    ],
    ['a form', 'text=ha', 'application/x-www-form-urlencoded', 415, 'unsupported_media_type'],
    ['text', 'ha', 'text/plain', 415, 'unsupported_media_type'],
    ['a foreign charset', '{}', 'application/json; charset=utf-16', 415, 'unsupported_media_type'],
    ['a body over a mebibyte', `"${'a'.repeat(1_048_577)}"`, 'application/json', 413, 'body_too_large'],
    ['no body', '', 'application/json', 400, 'invalid_request'],
  ])('refuses %s', async (_what, body, type, status, code) => {
    const answer = await post('/things/abc/echo', body, { 'content-type': type });
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
    expect(answer.json().trace_id).toMatch(/^[0-9a-f]{32}$/);
    expect(logged).toEqual([]);
  });

  it('answers 404 for an unknown address', async () => {
    const answer = await app.inject({ method: 'GET', url: '/nowhere?token=ymo_1_secret' });
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'route_not_found']);
    expect(answer.body).not.toContain('ymo_1_secret');
  });

  it('hides an unexpected error from the caller and logs it once', async () => {
    const answer = await app.inject({ method: 'GET', url: '/broken' });
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toMatchObject({ code: 'internal', detail: 'An unexpected error occurred.' });
    expect(answer.body).not.toContain('hunter2');
    expect(logged).toHaveLength(1);
    expect(logged[0]?.fields).toMatchObject({ path: '/broken', error: expect.any(Error) });
  });

  it('returns a declared failure, with the time to wait', async () => {
    const answer = await app.inject({ method: 'GET', url: '/refused' });
    expect(answer.statusCode).toBe(429);
    expect(answer.headers['retry-after']).toBe('2');
    expect(answer.json()).toMatchObject({ code: 'slow_down', retryable: true, suggestion: 'Wait.' });
  });

  it('returns nothing of the framework’s own messages', async () => {
    const answer = await app.inject({ method: 'GET', url: '/nest-refused' });
    expect([answer.statusCode, answer.json().code]).toEqual([422, 'malformed_request']);
    expect(answer.body).not.toContain('hunter2');
  });

  it('fails an answer that the contract does not describe, where answers are checked', async () => {
    expect((await post('/things/abc/echo', '{"text":"undocumented"}')).statusCode).toBe(500);
  });

  it('replaces a request id that could forge log lines', async () => {
    const answer = await post('/anything', '{}', { 'x-request-id': 'a b"c' });
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('counts by declared route, never by the requested address', async () => {
    await post('/things/very-special-id/echo', '{"text":"ha"}');
    const { body } = await renderMetrics();
    expect(body).toContain('route="/things/:thing_id/echo"');
    expect(body).not.toContain('very-special-id');
  });
});
