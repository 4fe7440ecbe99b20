import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { artefactUrl, putArtefact } from './artefacts';

const credential = { username: 'runner-1', password: 'ymk_1_right' };

describe('artefactUrl', () => {
  const digest = 'a'.repeat(64);

  it.each([
    ['http://127.0.0.1:8005/git/sample.git', `http://127.0.0.1:8005/artefacts/sha256/${digest}`],
    ['https://x.example/ymera/git/sample.git', `https://x.example/ymera/artefacts/sha256/${digest}`],
  ])('is beside the git repository of %s', (url, expected) =>
    expect(artefactUrl(url, digest)).toBe(expected),
  );

  it.each([
    '/home/ada/project',
    'file:///git/sample.git',
    'http://x.example/other',
    'ssh://x/git/sample.git',
  ])('is undefined for %s', (url) => expect(artefactUrl(url, digest)).toBeUndefined());
});

describe('putArtefact', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ymera-artefact-'));
  const content = Buffer.alloc(300_000, 'patch ');
  const path = join(folder, 'change.patch');
  const digest = createHash('sha256').update(content).digest('hex');
  const file = { path, digest, sizeBytes: content.length };
  let answer: (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(request, response, Buffer.concat(chunks)));
  });
  let workspaceUrl: string;

  beforeAll(async () => {
    writeFileSync(path, content);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    workspaceUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/git/sample.git`;
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  const put = (signal = AbortSignal.timeout(10_000)) =>
    putArtefact({ workspaceUrl, credential }, file, signal);

  it('sends the file, its size and the credentials', async () => {
    let seen: unknown;
    answer = (request, response, body) => {
      const { authorization, 'content-length': length, 'content-type': type } = request.headers;
      seen = [request.method, request.url, authorization, length, type, body.equals(content)];
      response.writeHead(201).end('{}');
    };
    expect(await put()).toEqual({ ok: true, value: undefined });
    const login = Buffer.from('runner-1:ymk_1_right').toString('base64');
    const address = `/artefacts/sha256/${digest}`;
    expect(seen).toEqual(['PUT', address, `Basic ${login}`, '300000', 'application/octet-stream', true]);
  });

  it('fails with the platform’s own code', async () => {
    answer = (_, response) =>
      response.writeHead(400, { 'content-type': 'application/problem+json' }).end(
        JSON.stringify({
          type: 'about:blank',
          title: 'Bad Request',
          status: 400,
          detail: 'Too large.',
          code: 'artefact_too_large',
          retryable: false,
        }),
      );
    expect(await put()).toMatchObject({
      ok: false,
      error: { code: 'artefact_too_large', message: 'Too large.', retryable: false },
    });
  });

  it.each<[string, number, boolean]>([
    ['is retryable when the platform is unavailable', 503, true],
    ['is not retryable when it is refused', 403, false],
  ])('%s', async (_, status, retryable) => {
    answer = (_, response) => response.writeHead(status).end('no');
    expect(await put()).toMatchObject({ ok: false, error: { code: 'artefacts_unavailable', retryable } });
  });

  it('is retryable when there is no connection', async () => {
    answer = (request) => request.socket.destroy();
    expect(await put()).toMatchObject({
      ok: false,
      error: { code: 'artefacts_unavailable', retryable: true },
    });
  });

  it('fails for a workspace that cannot store artefacts', async () => {
    const place = { workspaceUrl: '/home/ada/project', credential };
    expect(await putArtefact(place, file, AbortSignal.timeout(1_000))).toMatchObject({
      ok: false,
      error: { code: 'artefacts_unsupported' },
    });
  });
});
