import { connect, type AddressInfo } from 'node:net';
import { Controller, NotFoundException, Post } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { defineRoute, problem } from '@ymera/contracts';
import { silentLogger } from '@ymera/kernel';
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
  params: z.object({ thing_id: z.string().max(255) }),
  query: z.object({ q: z.string().optional() }),
  body: z.object({ text: z.string() }),
  status: 200,
  response: z.object({ said: z.string() }),
  errors: [],
});

@Controller()
class EchoController {
  @Route(echoRoute)
  echo(@Input() { body }: RouteInput<typeof echoRoute>): object {
    return { said: body.text };
  }

  @Post('hidden/:name')
  hidden(): never {
    throw new NotFoundException();
  }
}

class TestModule {}

describe('the HTTP server', () => {
  let app: NestFastifyApplication;
  beforeAll(async () => {
    app = await createHttpApp(
      {
        module: TestModule,
        controllers: [EchoController],
      },
      { logger: silentLogger },
    );
    await app.listen(0, '127.0.0.1');
  });
  afterAll(() => app.close());

  /** Everything received until the server closes or the answer is complete. */
  const send = (bytes: Buffer): Promise<string> =>
    new Promise((resolve, reject) => {
      const { port } = app.getHttpServer().address() as AddressInfo;
      const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
      let received = '';
      socket.on('data', (chunk) => {
        received += chunk.toString('latin1');
      });
      socket.on('close', () => resolve(received)).on('error', reject);
    });
  const request = (line: string, headers: readonly string[], body: Buffer | string = ''): Promise<string> => {
    const content = Buffer.from(body);
    const head = [
      line,
      'host: x',
      'connection: close',
      `content-length: ${content.length}`,
      ...headers,
      '',
      '',
    ];
    return send(Buffer.concat([Buffer.from(head.join('\r\n'), 'latin1'), content]));
  };
  const post = (body: Buffer | string, path = '/things/a/echo', type = 'application/json'): Promise<string> =>
    request(`POST ${path} HTTP/1.1`, [`content-type: ${type}`], body);

  const refused = (answer: string): readonly [number, string] => {
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toMatch(/^content-type: application\/problem\+json/im);
    const told = problem.parse(JSON.parse(body));
    expect(told.detail).not.toMatch(/FST_|node_modules|at .*:\d+/);
    return [Number(head.split(' ')[1]), told.code];
  };

  it.each([
    ['a NUL in the body', () => post('{"text":"a\\u0000"}'), 400, 'text_invalid'],
    ['half of a surrogate pair in the body', () => post('{"text":"\\ud83d"}'), 400, 'text_invalid'],
    ['a NUL in a name', () => post('{"text":"a","b\\u0000":1}'), 400, 'text_invalid'],
    ['a NUL in the path', () => post('{"text":"a"}', '/things/%00/echo'), 400, 'text_invalid'],
    ['a NUL in the query', () => post('{"text":"a"}', '/things/a/echo?x=%00'), 400, 'text_invalid'],
    ['a body that is not UTF-8', () => post(Buffer.from('{"text":"\xff"}', 'latin1')), 400, 'malformed_json'],
    ['a cut UTF-8 character', () => post(Buffer.from([0x22, 0xf0, 0x9f])), 400, 'malformed_json'],
    [
      'an empty content type',
      () => post('{"text":"a"}', '/things/a/echo', ''),
      415,
      'unsupported_media_type',
    ],
    ['another media type', () => post('{"text":"a"}', undefined, 'text/x'), 415, 'unsupported_media_type'],
    ['a path that is not UTF-8', () => post('{"text":"a"}', '/things/%ff/echo'), 400, 'malformed_request'],
    ['half an escape', () => post('{"text":"a"}', '/things/%e/echo'), 400, 'malformed_request'],
    [
      'a path segment that is too long',
      () => post('{"text":"a"}', `/things/${'a'.repeat(400)}/echo`),
      414,
      'path_too_long',
    ],
    [
      'an undeclared method of the path',
      () => request('PUT /things/a/echo HTTP/1.1', []),
      405,
      'method_not_allowed',
    ],
    ['a method of WebDAV', () => request('PROPFIND /things/a/echo HTTP/1.1', []), 405, 'method_not_allowed'],
    ['an unknown method', () => request('NONSENSE /things/a/echo HTTP/1.1', []), 400, 'malformed_request'],
    ['data that is not HTTP', () => send(Buffer.from('\0\0\0\r\n\r\n')), 400, 'malformed_request'],
    ['a NUL in a header', () => request('GET /things HTTP/1.1', ['x-a: a\0b']), 400, 'malformed_request'],
    [
      'a header that is too large',
      () => request('GET /things HTTP/1.1', [`x-a: ${'a'.repeat(20_000)}`]),
      431,
      'headers_too_large',
    ],
  ] as const)('refuses %s with a problem', async (_what, ask, status, code) => {
    expect(refused(await ask())).toEqual([status, code]);
  });

  it('names the methods of the path', async () => {
    expect(await request('DELETE /things/a/echo HTTP/1.1', [])).toMatch(/^allow: POST$/im);
  });

  it('leaves a handler its own 404', async () => {
    expect(refused(await post('{}', '/hidden/x'))).toEqual([404, 'route_not_found']);
  });

  it('uses the last of repeated members', async () => {
    expect(await post('{"text":"a","text":"b"}')).toContain('{"said":"b"}');
  });
});
