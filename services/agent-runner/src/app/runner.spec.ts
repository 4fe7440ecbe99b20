import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtTools } from '../testing/built-tools';

describe('the process of a runner without a sandbox', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ymera-runner-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const start = (environment: Record<string, string> = {}) =>
    spawn(process.execPath, [join(builtTools(), '..', 'main.js')], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        YMERA_SANDBOX: 'none',
        YMERA_GATEWAY_URL: 'http://127.0.0.1:1',
        YMERA_STATE_DIR: folder,
        YMERA_RUNNER_AGENTS: 'testing',
        YMERA_HTTP_PORT: '0',
        ...environment,
      },
    });

  it('warns on standard error before it does anything else, then names the missing credential and exits with 1', async () => {
    const runner = start();
    let printed = '';
    runner.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    const [code] = (await once(runner, 'close')) as [number | null];
    expect(code).toBe(1);
    const [warning, reason, suggestion, end] = printed.split('\n');
    expect(warning).toMatch(/^agent-runner: YMERA_SANDBOX=none: .+/);
    expect(reason).toMatch(/^agent-runner cannot run: credential_missing: .+/);
    expect([suggestion, end]).toEqual([expect.stringContaining('YMERA_ENROLMENT_TOKEN_FILE'), '']);
  });

  it('is live and not ready while it cannot reach the gateway, and exits with 0 on SIGTERM', async () => {
    const port = await freePort();
    const runner = start({ YMERA_ENROLMENT_TOKEN: 'a-token', YMERA_HTTP_PORT: String(port) });
    let log = '';
    runner.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
    while (!log.includes('the platform is not ready')) await once(runner.stdout, 'data');
    const statusOf = async (path: string) => (await fetch(`http://127.0.0.1:${port}/health${path}`)).status;
    expect([await statusOf('/live'), await statusOf('/ready'), await statusOf('')]).toEqual([200, 503, 503]);
    runner.kill('SIGTERM');
    const [code] = (await once(runner, 'close')) as [number | null];
    expect(code).toBe(0);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
