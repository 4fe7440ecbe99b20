/**
 * Runs a platform for a test, in a process of its own: Jest cannot load ES modules, and what a killed test run leaves
 * behind must end. The channel to the parent carries requests and answers (`client.cjs`); when it closes, all ends.
 */
import { RUNNER } from '../catalog.mjs';
import { LauncherFailure } from '../failure.mjs';
import { build, prepareMachine } from '../machine/prepare.mjs';
import { withSession } from '../session.mjs';
import { openInstance } from './instance.mjs';
import { startPlatform } from './platform.mjs';
import { runnerOptions } from './runner-options.mjs';

const POOL_SIZE = 5;

async function start(
  session,
  { instance: kind, services, env, runner, poolSize = POOL_SIZE, durable = false, preload, prebuilt },
) {
  const node = await prepareMachine(session);
  if (!prebuilt) await build(session, node);
  const instance = openInstance(kind, { disposable: true });
  session.onClose(instance.release);
  return startPlatform(session, {
    instance,
    node,
    given: {},
    services,
    runner:
      runner === false || services
        ? undefined
        : { ...runnerOptions([], { ...process.env, ...env }), ...runner },
    poolSize,
    durable,
    preload,
    env: { ...process.env, ...env },
  });
}

const requests = {
  kill: (platform, { name, signal }) => platform.kill(name, signal),
  pids: (platform) => platform.pids(),
  ready: (platform, { name }) => platform.waitUntilReady(name),
};

function answer(platform, resolveStop) {
  return async (message) => {
    if (message.type === 'stop') return resolveStop(0);
    try {
      process.send({ request: message.request, value: await requests[message.type](platform, message) });
    } catch (error) {
      process.send({ request: message.request, error: error.message });
    }
    return undefined;
  };
}

const options = JSON.parse(process.argv[2]);
process.on('disconnect', () => process.exit(1));
const code = await withSession(
  { title: `YMERA · platform "${options.instance}" for tests`, json: true },
  async (session) => {
    const platform = await start(session, options);
    const { urls, tokens, tokenFiles, logs, data } = platform;
    process.send({
      type: 'ready',
      platform: { urls, tokens, tokenFiles, logs, data, pids: platform.pids(), runner: RUNNER },
    });
    return new Promise((resolve) => process.on('message', answer(platform, resolve)));
  },
).catch((error) => {
  const detail = error instanceof LauncherFailure ? (error.detail ?? []) : [error.stack];
  process.send?.({ type: 'failed', message: [error.message, ...detail].join('\n') });
  return 1;
});
process.exit(code);
