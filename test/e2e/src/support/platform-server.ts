import { randomUUID } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type RunningPlatform, startPlatform } from '../../../../deploy/local/platform/client.cjs';

/** What a spec may do with a platform that it shares: everything but stop it, kill its processes or change its settings. */
export type SharedPlatform = Pick<RunningPlatform, 'urls' | 'tokens' | 'tokenFiles' | 'logs' | 'data'>;

/** Tells the workers of the test run where the platform is to be had. */
const platformServerUrl = 'YMERA_TEST_PLATFORM_SERVER';

const start = (): Promise<RunningPlatform> =>
  startPlatform({
    instance: 'e2e-shared',
    prebuilt: true,
    runner: {
      agents: ['testing', 'examination', 'command'],
      // A project's own script makes the change; projects without one get what fixtures/coder.mjs does for their name.
      command: 'if [ -e change.sh ]; then exec sh ./change.sh; fi; exec node coder.mjs',
      commandFolder: join(__dirname, '..', '..', 'fixtures'),
    },
    env: {
      // What is tried again here is what was rejected, not what was slow.
      YMERA_TASK_LEASE_SECONDS: '30',
      YMERA_TASK_OFFER_SECONDS: '30',
      YMERA_TASK_TIMEOUT_SECONDS: '120',
      YMERA_REPORT_INTERVAL_SECONDS: '2',
      YMERA_RUNNER_CONCURRENCY: '3',
    },
  });

/**
 * Serves one platform to all specs of a test run: GET answers its addresses and starts it at the first time, DELETE ends it.
 * Runs in Jest's own process, where modules of the workspace are not resolved to their sources: it imports none.
 */
export async function servePlatform(): Promise<void> {
  let platform: Promise<RunningPlatform> | undefined;
  const path = `/${randomUUID()}`;
  const handlers: Readonly<Record<string, () => Promise<unknown>>> = {
    GET: async () => {
      platform ??= start();
      const { urls, tokens, tokenFiles, logs, data } = await platform;
      return { urls, tokens, tokenFiles, logs, data } satisfies SharedPlatform;
    },
    DELETE: async () => {
      await platform?.then(
        (running) => running.stop(),
        () => undefined,
      );
      server.close();
      return {};
    },
  };
  const server: Server = createServer((request, response) => {
    const handle = request.url === path ? handlers[request.method ?? ''] : undefined;
    if (handle) void answer(response, handle);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env[platformServerUrl] = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
}

async function answer(response: ServerResponse, handle: () => Promise<unknown>): Promise<void> {
  response.setHeader('connection', 'close');
  try {
    response.end(JSON.stringify(await handle()));
  } catch (error) {
    response.writeHead(500).end(error instanceof Error ? error.message : String(error));
  }
}

const ask = async (method: 'GET' | 'DELETE'): Promise<unknown> => {
  const url = process.env[platformServerUrl];
  if (url === undefined)
    throw new Error(`${platformServerUrl} is not set. Run the spec with test/e2e/jest.config.ts.`);
  const response = await fetch(url, { method });
  if (!response.ok) throw new Error(`the shared platform: ${await response.text()}`);
  return response.json();
};

/** The platform that specs of a test run share. The first caller waits for its start, about 20 s. */
export const sharedPlatform = async (): Promise<SharedPlatform> => (await ask('GET')) as SharedPlatform;

export async function stopSharedPlatform(): Promise<void> {
  await ask('DELETE');
}
