import { execFile, execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '..', '..', '..');
const run = promisify(execFile);

/** A short service: spans, then a graceful stop. In its own process, because the exporter loads ES modules. */
const life = `
const { startTelemetry, withSpan } = require(process.argv[1]);
void (async () => {
  const telemetry = await startTelemetry({ service: 'test', version: '1', otlpEndpoint: process.argv[2] });
  for (let count = 0; count < Number(process.argv[3]); count += 1)
    await withSpan('span ' + count, {}, () => undefined);
  const before = performance.now();
  await telemetry.shutdown();
  console.log(JSON.stringify({ stoppedMs: performance.now() - before }));
  process.exit(0);
})();
`;

async function live(url: string, spans: number): Promise<{ readonly stoppedMs: number }> {
  const dist = join(root, 'libs/observability/dist/index.js');
  const { stdout } = await run(process.execPath, ['-e', life, dist, url, String(spans)], { timeout: 20_000 });
  return JSON.parse(stdout) as { stoppedMs: number };
}

/** A collector that answers with this status, or never. */
async function collector(status?: number) {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString());
      if (status !== undefined) response.writeHead(status).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    bodies,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('the export of spans', () => {
  beforeAll(() => {
    const build = join(root, 'deploy/tooling/build.mjs');
    execFileSync(process.execPath, [build, 'libs/kernel', 'libs/observability']);
  });

  it('sends the remaining spans when the service stops', async () => {
    const receiver = await collector(200);
    await live(receiver.url, 700);
    await receiver.close();
    const sent = receiver.bodies.join('').match(/"name":"span \d+"/g);
    expect(new Set(sent).size).toBe(700);
  });

  it.each([
    ['that fails', 500],
    ['that never answers', undefined],
  ])(
    'costs the service neither an error nor more than two seconds with a receiver %s',
    async (_, status) => {
      const receiver = await collector(status);
      // More than the limit of waiting spans: the rest is dropped.
      const { stoppedMs } = await live(receiver.url, 20_000);
      await receiver.close();
      expect(receiver.bodies.length).toBeGreaterThan(0);
      expect(stoppedMs).toBeLessThan(2_500);
    },
    20_000,
  );
});
