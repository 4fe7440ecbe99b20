/**
 * Runs a platform for a test, in a process of its own: Jest cannot load ES modules, and a killed test process must leave
 * nothing behind. The channel to the parent carries requests and answers (`client.cjs`); when it closes, everything ends.
 */
import { LauncherFailure, messageOf } from '../failure.mjs';
import { parseJson } from '../json.mjs';
import { build, prepareMachine } from '../machine/prepare.mjs';
import { withSession } from '../session.mjs';
import { openInstance } from './instance.mjs';
import { startPlatform } from './platform.mjs';
import { runnerOptions } from './runner-options.mjs';

/**
 * @import { HostedName } from '../catalog.mjs'
 * @import { Session } from '../session.mjs'
 * @import { PlatformOptions, RunningPlatform } from './client.cjs'
 * @import { Platform } from './platform.mjs'
 *
 * @typedef {{ type: 'kill', name: string, signal: NodeJS.Signals }
 *   | { type: 'pids' }
 *   | { type: 'ready', name: HostedName }} HostRequest
 * @typedef {(HostRequest & { request: number }) | { type: 'stop' }} HostMessage
 * @typedef {{ type: 'ready', platform: Pick<RunningPlatform, 'urls' | 'tokens' | 'tokenFiles' | 'logs' | 'data'> }
 *   | { type: 'failed', message: string }
 *   | { type: 'answer', request: number, value?: unknown, error?: string }} HostAnswer
 */

const DEFAULT_POOL_SIZE = 5;

/** @param {HostAnswer} answer */
const send = (answer) => process.send?.(answer);

/**
 * @param {Session} session
 * @param {PlatformOptions} options
 */
async function start(
  session,
  { instance: kind, services, env, runner, poolSize = DEFAULT_POOL_SIZE, durable = false, preload, prebuilt },
) {
  const node = await prepareMachine(session);
  if (!prebuilt) await build(session, node);
  const instance = openInstance(kind, { disposable: true });
  session.onClose(instance.release);
  const hosted = runner !== false && !services;
  return startPlatform(session, {
    instance,
    node,
    given: {},
    services,
    runner: hosted ? { ...runnerOptions([], { ...process.env, ...env }), ...runner } : undefined,
    poolSize,
    durable,
    preload,
    env: { ...process.env, ...env },
  });
}

/**
 * @param {Platform} platform
 * @param {HostRequest} request
 */
async function execute(platform, request) {
  switch (request.type) {
    case 'kill':
      return platform.kill(request.name, request.signal);
    case 'pids':
      return platform.pids();
    case 'ready':
      return platform.waitUntilReady(request.name);
  }
}

/**
 * @param {Platform} platform
 * @param {HostRequest & { request: number }} message
 */
async function answer(platform, message) {
  const { request } = message;
  try {
    send({ type: 'answer', request, value: await execute(platform, message) });
  } catch (error) {
    send({ type: 'answer', request, error: messageOf(error) });
  }
}

const options = /** @type {PlatformOptions} */ (parseJson(process.argv[2] ?? ''));
process.on('disconnect', () => process.exit(1));
const code = await withSession(
  { title: `YMERA · platform "${options.instance}" for tests`, json: true },
  async (session) => {
    const platform = await start(session, options);
    const { urls, tokens, tokenFiles, logs, data } = platform;
    send({ type: 'ready', platform: { urls, tokens, tokenFiles, logs, data } });
    return new Promise((resolve) =>
      process.on('message', (content) => {
        const message = /** @type {HostMessage} */ (content);
        if (message.type === 'stop') resolve(0);
        else void answer(platform, message);
      }),
    );
  },
).catch((/** @type {unknown} */ error) => {
  const stack = error instanceof Error ? [error.stack] : [];
  const detail = error instanceof LauncherFailure ? (error.detail ?? []) : stack;
  send({ type: 'failed', message: [messageOf(error), ...detail].join('\n') });
  return 1;
});
process.exit(code);
