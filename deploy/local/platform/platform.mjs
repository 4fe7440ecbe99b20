import { join } from 'node:path';
import { RUNNER, SERVICES } from '../catalog.mjs';
import { LauncherFailure } from '../failure.mjs';
import { freePorts, isFree } from '../machine/ports.mjs';
import { ensureFolder, stateRoot } from '../paths.mjs';
import { prepareDatabase } from '../servers/database.mjs';
import { definitions, importDefinitions, readTopology } from '../servers/rabbitmq-definitions.mjs';
import { allSettledOrThrow, startServers } from '../servers/servers.mjs';
import { writeEnrolmentToken } from './enrolment.mjs';
import { waitForReady } from './readiness.mjs';
import { runnerEnvironment, serviceEnvironment, serviceSpec, serviceUrl } from './services.mjs';

/**
 * @import { HostedName, ServiceName } from '../catalog.mjs'
 * @import { NodeProgram } from '../machine/node24.mjs'
 * @import { GivenServers, Servers } from '../servers/servers.mjs'
 * @import { Session } from '../session.mjs'
 * @import { ProcessSpec } from '../supervision/supervised-process.mjs'
 * @import { Instance } from './instance.mjs'
 * @import { RunnerOptions } from './runner-options.mjs'
 * @import { Secrets } from './secrets.mjs'
 * @import { ServiceContext } from './services.mjs'
 *
 * @typedef {Awaited<ReturnType<typeof startPlatform>>} Platform
 *
 * @typedef {object} PlatformParts
 * @property {Instance} instance
 * @property {NodeProgram} node runs the services
 * @property {GivenServers} given `{}` for private servers
 * @property {readonly ServiceName[] | undefined} [services] default: all
 * @property {RunnerOptions | undefined} [runner] absent: no agent-runner is started
 * @property {number | undefined} [poolSize] connections per service, when the caller's environment does not set it
 * @property {NodeJS.ProcessEnv} [env] the caller's environment
 * @property {boolean} [durable] whether PostgreSQL calls fsync; default: true
 * @property {Readonly<Record<string, string>> | undefined} [preload] a module that a service loads before its own code, for tests
 *
 * @typedef {ServiceContext & StartContext} PlatformContext
 * @typedef {object} StartContext
 * @property {Session['progress']} progress
 * @property {Session['supervisor']} supervisor
 * @property {NodeProgram} node
 * @property {string} logs folder
 * @property {number} graceMs
 * @property {Readonly<Record<string, string>>} preload
 */

const DEFAULT_GATEWAY_PORT = 8000;

const READY_TIMEOUT_MS = 90_000;
const SERVICE_STAGE = 2;
const RUNNER_STAGE = 3;
/** A disposable platform has no data that is worth a long shutdown. */
const STOP_GRACE_MS = { lasting: 15_000, disposable: 3_000 };

/**
 * @param {number} registryPort
 * @param {Secrets} secrets
 */
const callbackUrl = (registryPort, secrets) =>
  `http://127.0.0.1:${registryPort}/broker/${secrets.values.broker_callback_token}`;

/**
 * Creates databases, roles, users, exchanges and queues, which services never create themselves.
 * @param {{ servers: Servers, secrets: Secrets, progress: Session['progress'] }} context
 */
async function provision({ servers, secrets, progress }) {
  await progress.step('Schemas, users and queues', async () => {
    await allSettledOrThrow([
      prepareDatabase(servers.postgresUrl, secrets.values.postgres),
      importDefinitions(
        servers.managementUrl,
        definitions(readTopology(), {
          passwords: secrets.values.rabbitmq,
          connectionsPassword: secrets.values.rabbitmq_connections,
        }),
      ),
    ]);
  });
}

/**
 * Refuses a port on which another program listens: the readiness probe would take it for the service.
 * @param {PlatformContext} context
 * @param {HostedName} name
 * @param {ProcessSpec} spec
 */
const launching = (context, name, spec) => async () => {
  const port = context.ports[name];
  if (!(await isFree(port))) {
    throw new LauncherFailure('port_taken', `another program listens on port ${port}, reserved for ${name}`, {
      suggestion: 'try again: each start looks for free ports',
    });
  }
  await context.supervisor.start(spec);
};

/**
 * @param {PlatformContext} context
 * @param {readonly ServiceName[]} names
 */
async function startServices(context, names) {
  const { progress, supervisor, node, logs, graceMs, preload } = context;
  await progress.step('Services', async (report) => {
    const waiting = new Set(names);
    await allSettledOrThrow(
      names.map(async (name) => {
        const env = serviceEnvironment(name, context);
        await waitForReady(supervisor, name, serviceUrl(context, name), {
          timeoutMs: READY_TIMEOUT_MS,
          start: launching(
            context,
            name,
            serviceSpec(name, { node, logs, env, graceMs, stage: SERVICE_STAGE, preload: preload[name] }),
          ),
        });
        waiting.delete(name);
        if (waiting.size > 0) report(`waiting for ${[...waiting].join(', ')}`);
      }),
    );
    supervisor.keep(names);
    return names.join(', ');
  });
}

/**
 * @param {PlatformContext} context
 * @param {RunnerOptions} runner
 */
async function startRunner(context, runner) {
  const { progress, supervisor, node, logs, graceMs, secrets } = context;
  await progress.step('Agents', async () => {
    const enrolmentTokenFile = await writeEnrolmentToken({
      gatewayUrl: serviceUrl(context, 'gateway'),
      adminToken: secrets.values.operators.admin,
      file: join(context.data, 'enrolment.token'),
    });
    const env = runnerEnvironment(context, { ...runner, enrolmentTokenFile });
    await waitForReady(supervisor, RUNNER, serviceUrl(context, RUNNER), {
      timeoutMs: READY_TIMEOUT_MS,
      start: launching(
        context,
        RUNNER,
        serviceSpec(RUNNER, { node, logs, env, graceMs, stage: RUNNER_STAGE }),
      ),
    });
    supervisor.keep([RUNNER]);
    return runner.agents.join(', ');
  });
}

/**
 * Starts servers, services and agents of one instance.
 * @param {Session} session
 * @param {PlatformParts} parts
 */
export async function startPlatform(session, parts) {
  const {
    instance,
    node,
    given,
    services = SERVICES,
    runner,
    poolSize,
    env = process.env,
    durable = true,
    preload = {},
  } = parts;
  const { progress, supervisor } = session;
  const { secrets, logs, data } = instance;
  // The gateway of a lasting instance gets the port that the documents name, when it is free.
  const preferred = instance.disposable ? {} : { gateway: DEFAULT_GATEWAY_PORT };
  const ports = await freePorts([...SERVICES, RUNNER], { ...preferred, ...instance.rememberedPorts() });
  instance.rememberPorts({ ...instance.rememberedPorts(), ...ports });

  const servers = await startServers({
    supervisor,
    progress,
    instance,
    given,
    durable,
    callbackUrl: callbackUrl(ports.registry, secrets),
  });
  await provision({ servers, secrets, progress });

  /** @type {PlatformContext} */
  const context = {
    progress,
    supervisor,
    node,
    logs,
    data,
    secrets,
    servers,
    ports,
    poolSize,
    env,
    preload,
    graceMs: instance.disposable ? STOP_GRACE_MS.disposable : STOP_GRACE_MS.lasting,
    compileCache: ensureFolder(join(stateRoot, 'cache', 'compile')),
  };
  await startServices(context, services);
  if (runner) await startRunner(context, runner);

  const running = [...services, ...(runner ? [RUNNER] : [])];
  /** @type {Record<string, string>} */
  const urls = {
    ...Object.fromEntries(running.map((name) => [name, serviceUrl(context, name)])),
    postgres: servers.postgresUrl,
    rabbitmq: servers.rabbitmqUrl,
    rabbitmq_management: servers.managementUrl,
  };
  return {
    urls,
    gatewayUrl: serviceUrl(context, 'gateway'),
    tokens: secrets.values.operators,
    tokenFiles: secrets.tokenFiles,
    logs,
    data,
    pids: () => supervisor.pids(),
    /** Sends a signal to a service or server and its process group. The supervisor starts it again after it dies. */
    kill: (/** @type {string} */ name, /** @type {NodeJS.Signals} */ signal = 'SIGKILL') =>
      supervisor.signal(name, signal),
    waitUntilReady: (/** @type {HostedName} */ name) =>
      waitForReady(supervisor, name, serviceUrl(context, name), {
        timeoutMs: READY_TIMEOUT_MS,
        start: () => {},
      }),
  };
}
