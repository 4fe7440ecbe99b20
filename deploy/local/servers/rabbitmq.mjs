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
import { containerCommand, requireDocker } from './rabbitmq-container.mjs';
import { management } from './rabbitmq-definitions.mjs';

/**
 * @import { Account } from '../machine/account.mjs'
 * @import { Instance } from '../platform/instance.mjs'
 * @import { Supervisor } from '../supervision/client.mjs'
 * @import { ProcessSpec, StopSpec } from '../supervision/supervised-process.mjs'
 * @import { BrokerFiles, BrokerOptions, BrokerPorts } from './rabbitmq-configuration.mjs'
 */

const READY_TIMEOUT_MS = 90_000;
/** Docker may have to pull the image first. */
const CONTAINER_READY_TIMEOUT_MS = 300_000;
const POLL_INTERVAL_MS = 100;
const MAX_PORT_MAPPER_PROBES = 100;
const PORT_MAPPER_PROBE_INTERVAL_MS = 20;

/**
 * Creates the home folder once and completely. The account owns it only after everything is written, so that it cannot
 * redirect our writes by a link.
 * @param {string} home
 * @param {{ account: Account | undefined, cookie: string }} options
 */
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

/**
 * The configuration contains passwords: it stays ours, and only the server's group can read it.
 * @param {string} folder
 * @param {BrokerOptions & { account: Account | undefined }} options
 * @returns {BrokerFiles}
 */
function writeConfiguration(folder, { account, ...options }) {
  const configuration = join(folder, 'rabbitmq.conf');
  const plugins = join(folder, 'enabled_plugins');
  for (const { path, text } of [
    { path: configuration, text: brokerConfiguration(options) },
    { path: plugins, text: enabledPlugins() },
  ]) {
    rmSync(path, { force: true });
    writeFileSync(path, text, { mode: 0o600 });
    if (account) chownSync(path, 0, account.gid);
    chmodSync(path, 0o640);
  }
  return { configuration, plugins };
}

/**
 * Erlang's port mapper runs in the foreground and under supervision: the one that the broker would start outlives it.
 * @param {{ find?: typeof findProgram, erlang?: string }} [machine]
 */
export function findPortMapper({ find = findProgram, erlang = '/usr/lib/erlang' } = {}) {
  const program = find('epmd');
  if (program) return program;
  const found = existsSync(erlang)
    ? readdirSync(erlang)
        .filter((name) => name.startsWith('erts-'))
        .map((name) => join(erlang, name, 'bin', 'epmd'))
        .find((path) => existsSync(path))
    : undefined;
  if (found) return found;
  throw new LauncherFailure('packages_missing', "Erlang's port mapper epmd was not found", {
    suggestion: 'install the package of your system that contains epmd (erlang-base), or put it on the PATH',
  });
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function acceptsConnections(port) {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const settle = (/** @type {boolean} */ open) => () => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', settle(true)).once('error', settle(false));
  });
}

/**
 * Without a listening port mapper the broker would start one of its own.
 * @param {number} port
 */
async function waitForPortMapper(port) {
  for (let attempt = 0; attempt < MAX_PORT_MAPPER_PROBES && !(await acceptsConnections(port)); attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, PORT_MAPPER_PROBE_INTERVAL_MS));
  }
}

/**
 * Waits for management API and AMQP port and resolves to the server's version.
 * @param {string} managementUrl
 * @param {number} amqpPort
 * @param {{ stillRuns: () => boolean, timeoutMs: number }} options
 */
async function waitUntilReady(managementUrl, amqpPort, { stillRuns, timeoutMs }) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const version = await management(managementUrl, '/api/overview', { timeoutMs: 5_000 }).then(
      async (response) => (response.ok ? versionIn(await response.json()) : undefined),
      () => undefined,
    );
    if (version && (await acceptsConnections(amqpPort))) return version;
    if (!stillRuns())
      throw new LauncherFailure('rabbitmq_unavailable', 'RabbitMQ ended while it was starting');
    if (Date.now() > deadline) {
      throw new LauncherFailure('rabbitmq_unavailable', `RabbitMQ is not ready after ${timeoutMs / 1000} s`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  }
}

/** @param {unknown} overview answer of the management API */
const versionIn = (overview) => /** @type {{ rabbitmq_version: string }} */ (overview).rabbitmq_version;

/**
 * The processes of a broker from the system's package.
 * @param {{ server: string, instance: Instance, folder: string, files: BrokerFiles, ports: BrokerPorts }} options
 */
function installedBroker({ server, instance, folder, files, ports }) {
  const home = join(folder, 'home');
  makeHome(home, { account: instance.account, cookie: instance.secrets.values.erlang_cookie });
  const env = brokerEnvironment({ ports, home, ...files });
  const shared = { cwd: '/', uid: instance.account?.uid, gid: instance.account?.gid, stage: 1 };
  /** @type {StopSpec} */
  const stop = { signal: 'SIGTERM', graceMs: instance.disposable ? 0 : 15_000 };
  /** @type {ProcessSpec} */
  const epmd = {
    ...shared,
    name: 'epmd',
    command: findPortMapper(),
    args: ['-port', String(ports.epmd), '-address', '127.0.0.1'],
    env: { PATH: env.PATH, HOME: home },
    log: join(instance.logs, 'epmd.log'),
    stage: 0,
    stop: { signal: 'SIGTERM', graceMs: 500 },
  };
  /** @type {ProcessSpec} */
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
 * Starts a private RabbitMQ and resolves to its administrator's addresses: the system's server where it is installed, else a
 * container.
 * @param {object} options
 * @param {Supervisor} options.supervisor
 * @param {Instance} options.instance
 * @param {BrokerPorts} options.ports
 * @param {string} options.callbackUrl authenticates users that are not services
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
    await supervisor.start(containerCommand({ instance, files, ports, docker: requireDocker() }));
  }
  const managementUrl = `http://${ADMINISTRATOR}:${password}@127.0.0.1:${ports.management}`;
  try {
    const version = await waitUntilReady(managementUrl, ports.amqp, {
      stillRuns: () => !died.event,
      timeoutMs: server ? READY_TIMEOUT_MS : CONTAINER_READY_TIMEOUT_MS,
    });
    return { url: `amqp://${ADMINISTRATOR}:${password}@127.0.0.1:${ports.amqp}`, managementUrl, version };
  } catch (error) {
    throw error instanceof LauncherFailure ? error.withDetail(died.event?.tail) : error;
  } finally {
    died.stopWatching();
  }
}
