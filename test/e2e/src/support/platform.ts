import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type PlatformOptions,
  type RunningPlatform,
  startPlatform,
} from '../../../../deploy/local/platform/client.cjs';
import { type Ended, repositoryRoot, runNode } from './commands';
import type { SharedPlatform } from './platform-server';

export { releasePlatform, sharedPlatform, type SharedPlatform } from './platform-server';
export type { RunningPlatform };

/** Short timings, so that a lost lease costs a test seconds. */
const quick = {
  YMERA_TASK_LEASE_SECONDS: '3',
  YMERA_TASK_TIMEOUT_SECONDS: '60',
  YMERA_REPORT_INTERVAL_SECONDS: '2',
};

export const startTestPlatform = (options: PlatformOptions): Promise<RunningPlatform> =>
  startPlatform({ prebuilt: true, ...options, env: { ...quick, ...options.env } });

/** `ymera demo ... --json` against a platform that runs already. */
export function demo(platform: SharedPlatform, args: readonly string[], boundMs = 120_000): Promise<Ended> {
  const env = {
    ...process.env,
    YMERA_URL: platform.urls['gateway'],
    YMERA_ADMIN_TOKEN_FILE: platform.tokenFiles['admin'],
    YMERA_REQUESTER_TOKEN_FILE: platform.tokenFiles['requester'],
    YMERA_APPROVER_TOKEN_FILE: platform.tokenFiles['approver'],
    YMERA_DEMO_DIR: mkdtempSync(join(tmpdir(), 'ymera-e2e-demo-')),
  };
  return runNode(
    [join(repositoryRoot, 'services/cli/dist/main.js'), 'demo', '--json', ...args],
    env,
    boundMs,
  );
}

/** One call to the gateway as one of its operators. */
export async function call(
  platform: SharedPlatform,
  as: 'admin' | 'requester' | 'approver' | 'viewer',
  method: string,
  path: string,
  body?: unknown,
): Promise<{ readonly status: number; readonly body: Record<string, any> }> {
  const response = await fetch(new URL(path, platform.urls['gateway']), {
    method,
    headers: {
      authorization: `Bearer ${platform.tokens[as]}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  return { status: response.status, body: (await response.json()) as Record<string, any> };
}
