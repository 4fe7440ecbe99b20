import { chmodSync, chownSync, existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { LauncherFailure } from '../failure.mjs';
import { findProgram, findRabbitServer } from '../machine/packages.mjs';
import { ensureFolder } from '../paths.mjs';
import { watchForDeath } from '../supervision/watch.mjs';
import {
  ADMINISTRATOR,
  brokerConfiguration,
  brokerEnvironment,
  enabledPlugins,
} from './rabbitmq-configuration.mjs';
import { containerCommand } from './rabbitmq-container.mjs';
import { management } from './rabbitmq-definitions.mjs';

const READY_TIMEOUT_MS = 90_000;
/** The image may have to be fetched first. */
const CONTAINER_TIMEOUT_MS = 300_000;

/** Made once and complete; it becomes the account's only after all is written, so that no link of its can mislead us. */
function makeHome(home, { account, cookie }) {
  if (existsSync(home)) return;
  const draft = `${home}.new`;
  rmSync(draft, { recursive: true, force: true });
  const folders = [draft, join(draft, 'data'), join(draft, 'log')];
  for (const folder of folders) ensureFolder(folder);
  const cookieFile = join(draft, '.erlang.cookie');
  writeFileSync(cookieFile, cookie, { mode: 0o400 });
  if (account)
    for (const path of [cookieFile, ...folders.reverse()]) chownSync(path, account.uid, account.gid);
  renameSync(draft, home);
}

/** Configuration stays ours and is readable by the server: it holds passwords. */
function writeConfiguration(folder, { account, ...options }) {
  const configuration = join(folder, 'rabbitmq.conf');
  const plugins = join(folder, 'enabled_plugins');
  for (const [path, text] of [
    [configuration, brokerConfiguration(options)],
    [plugins, enabledPlugins()],
  ]) {
    rmSync(path, { force: true });
    writeFileSync(path, text, { mode: 0o600 });
    if (account) chownSync(path, 0, account.gid);
    chmodSync(path, 0o640);
  }
  return { configuration, plugins };
}

/** Erlang's port mapper, in the foreground and under supervision: the one that the broker would start outlives it. */
function portMapper() {
  const inErlang = existsSync('/usr/lib/erlang')
    ? readdirSync('/usr/lib/erlang')
        .filter((name) => name.startsWith('erts-'))
        .map((name) => `/usr/lib/erlang/${name}/bin/epmd`)
    : [];
  return findProgram('epmd') ?? inErlang.find((path) => existsSync(path));
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const answer = (open) => () => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', answer(true)).once('error', answer(false));
  });
}

/** The broker looks for the port mapper at once and would start one of its own. */
async function waitForPortMapper(port) {
  for (let attempt = 0; attempt < 100 && !(await accepts(port)); attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function waitUntilReady(managementUrl, amqpPort, { stillRuns, timeoutMs }) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answered = await management(managementUrl, '/api/overview', { timeoutMs: 5_000 }).then(
      async (response) => (response.ok ? (await response.json()).rabbitmq_version : undefined),
      () => undefined,
    );
    if (answered && (await accepts(amqpPort))) return answered;
    if (!stillRuns())
      throw new LauncherFailure('rabbitmq_unavailable', 'RabbitMQ ended while it was starting');
    if (Date.now() > deadline) {
      throw new LauncherFailure('rabbitmq_unavailable', `RabbitMQ is not ready after ${timeoutMs / 1000} s`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The processes of a broker from the system's package. */
function installedBroker({ server, instance, folder, files, ports }) {
  const home = join(folder, 'home');
  makeHome(home, { account: instance.account, cookie: instance.secrets.values.erlang_cookie });
  const env = brokerEnvironment({ ports, home, ...files });
  const shared = { cwd: '/', uid: instance.account?.uid, gid: instance.account?.gid, stage: 1 };
  const stop = { signal: 'SIGTERM', graceMs: instance.disposable ? 0 : 15_000 };
  const epmd = {
    ...shared,
    name: 'epmd',
    command: portMapper(),
    args: ['-port', String(ports.epmd), '-address', '127.0.0.1'],
    env: { PATH: env.PATH, HOME: home },
    log: join(instance.logs, 'epmd.log'),
    stage: 0,
    stop: { signal: 'SIGTERM', graceMs: 500 },
  };
  const broker = {
    ...shared,
    name: 'rabbitmq',
    command: server,
    args: [],
    env,
    log: join(instance.logs, 'rabbitmq.log'),
    stop,
  };
  return { epmd, broker };
}

/**
 * Starts a private RabbitMQ and answers its administrator's addresses: the system's server where it is installed, else a
 * container. `callbackUrl` is where it asks about users that are not services.
 */
export async function startRabbitmq({ supervisor, instance, ports, callbackUrl }) {
  const folder = ensureFolder(join(instance.servers, 'rabbitmq'), 0o711);
  const password = instance.secrets.values.rabbitmq_admin;
  const files = writeConfiguration(folder, {
    account: instance.account,
    ports,
    adminPassword: password,
    callbackUrl,
  });
  const server = findRabbitServer();
  const died = watchForDeath(supervisor, 'rabbitmq');
  if (server) {
    const { epmd, broker } = installedBroker({ server, instance, folder, files, ports });
    await supervisor.start(epmd);
    await waitForPortMapper(ports.epmd);
    await supervisor.start(broker);
  } else {
    await supervisor.start(containerCommand({ instance, files, ports }));
  }
  const managementUrl = `http://${ADMINISTRATOR}:${password}@127.0.0.1:${ports.management}`;
  try {
    const version = await waitUntilReady(managementUrl, ports.amqp, {
      stillRuns: () => !died.event,
      timeoutMs: server ? READY_TIMEOUT_MS : CONTAINER_TIMEOUT_MS,
    });
    return { url: `amqp://${ADMINISTRATOR}:${password}@127.0.0.1:${ports.amqp}`, managementUrl, version };
  } catch (error) {
    error.detail ??= died.event?.tail;
    throw error;
  } finally {
    died.stopWatching();
  }
}
