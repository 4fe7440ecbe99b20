import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiClient } from './api-client';
import { registerProject } from './register-project';

const project = {
  project_id: 'big',
  name: 'big',
  repository: '/srv/big.git',
  default_branch: 'main',
  head: 'a'.repeat(40),
  commands: { test: 'npm test' },
  performance: {},
  created_at: '2026-06-01T00:00:00.000Z',
};

type Answer = (response: ServerResponse) => void;
const ignore: Answer = () => undefined;
const json =
  (status: number, body: object): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const problem = (status: number, code: string): Answer =>
  json(status, {
    type: `https://ymera.dev/problems/${code}`,
    title: code,
    status,
    code,
    detail: `The answer is ${code}.`,
    retryable: status !== 404,
    trace_id: 'a'.repeat(32),
  });

describe('registerProject (with a fake gateway)', () => {
  let server: Server;
  let url: string;
  let answers: Answer[];
  let keys: (string | undefined)[];
  beforeEach(async () => {
    answers = [];
    keys = [];
    server = createServer((request: IncomingMessage, response) => {
      keys.push(request.headers['idempotency-key'] as string | undefined);
      (answers.shift() ?? ignore)(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const register = (told: number[] = [], times = { tellEveryMs: 10, giveUpMs: 30_000 }) =>
    registerProject(
      new ApiClient(url, 'token', 100),
      { project_id: 'big', source: '/srv/big' },
      (elapsedMs) => told.push(elapsedMs),
      times,
    );

  it('repeats the call with the same idempotency key until the copy is done, and reports the elapsed time', async () => {
    answers = [ignore, problem(409, 'request_in_flight'), problem(504, 'query_timeout'), json(201, project)];
    const told: number[] = [];
    expect(await register(told)).toMatchObject({ project_id: 'big', head: project.head });
    expect(keys).toHaveLength(4);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(told.length).toBeGreaterThan(1);
    expect(told).toEqual([...told].sort((a, b) => a - b));
  });

  it('does not repeat a refused call', async () => {
    answers = [problem(404, 'repo_not_found')];
    await expect(register()).rejects.toMatchObject({ code: 'repo_not_found' });
    expect(keys).toHaveLength(1);
  });

  it('stops waiting after the timeout', async () => {
    await expect(register([], { tellEveryMs: 10, giveUpMs: 150 })).rejects.toMatchObject({
      code: 'gateway_timeout',
      message: expect.stringContaining('within 0.1 s'),
    });
    expect(keys).toHaveLength(2);
  });

  it('distinguishes an unreachable gateway from a slow one', async () => {
    await new Promise((resolve) => server.close(resolve));
    await expect(register()).rejects.toMatchObject({
      code: 'gateway_unreachable',
      suggestion: 'Start it with npm start.',
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
});
