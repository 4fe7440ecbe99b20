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

/** An idle platform takes a fifth of a core; a start takes half a minute of one. */
const idleMs = 30_000;

/** The platform while a spec uses it, and a little longer. */
class PlatformOnDemand {
  private running: Promise<RunningPlatform> | undefined;
  private stopping: Promise<void> = Promise.resolve();
  private uses = 0;
  private idle: NodeJS.Timeout | undefined;

  async use(): Promise<SharedPlatform> {
    clearTimeout(this.idle);
    this.uses += 1;
    this.running ??= this.stopping.then(start);
    const { urls, tokens, tokenFiles, logs, data } = await this.running;
    return { urls, tokens, tokenFiles, logs, data };
  }

  release(): void {
    this.uses -= 1;
    if (this.uses === 0) this.idle = setTimeout(() => void this.stop(), idleMs);
  }

  stop(): Promise<void> {
    clearTimeout(this.idle);
    const { running } = this;
    this.running = undefined;
    this.stopping = this.stopping.then(async () => (await running?.catch(() => undefined))?.stop());
    return this.stopping;
  }
}

/**
 * Serves one platform to all specs of a test run: POST answers its addresses and starts it where it does not run, PUT says that
 * a spec needs it no longer, DELETE ends it. Runs in Jest's own process, where modules of the workspace are not resolved to
 * their sources: it imports none.
 */
export async function servePlatform(): Promise<void> {
  const platform = new PlatformOnDemand();
  const path = `/${randomUUID()}`;
  const handlers: Readonly<Record<string, () => Promise<unknown>>> = {
    POST: () => platform.use(),
    PUT: async () => {
      platform.release();
      return Promise.resolve({});
    },
    DELETE: async () => {
      await platform.stop();
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

const ask = async (method: 'POST' | 'PUT' | 'DELETE'): Promise<unknown> => {
  const url = process.env[platformServerUrl];
  if (url === undefined)
    throw new Error(`${platformServerUrl} is not set. Run the spec with test/e2e/jest.config.ts.`);
  const response = await fetch(url, { method });
  if (!response.ok) throw new Error(`the shared platform: ${await response.text()}`);
  return response.json();
};

/** The platform that specs of a test run share, until `releasePlatform`. The first caller waits for its start, about 20 s. */
export const sharedPlatform = async (): Promise<SharedPlatform> => (await ask('POST')) as SharedPlatform;

export async function releasePlatform(): Promise<void> {
  await ask('PUT');
}

export async function stopSharedPlatform(): Promise<void> {
  await ask('DELETE');
}
