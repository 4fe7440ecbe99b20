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

const GATEWAY_PORT = 8000;

const READY_TIMEOUT_MS = 90_000;
const SERVICE_STAGE = 2;
const RUNNER_STAGE = 3;
/** A disposable platform has nothing worth a long farewell. */
const DRAIN_MS = { lasting: 15_000, disposable: 3_000 };

const callbackUrl = (registryPort, secrets) =>
  `http://127.0.0.1:${registryPort}/broker/${secrets.values.broker_callback_token}`;

/** Databases, roles, users, exchanges and queues: what services find and never make themselves. */
async function provision({ servers, secrets, progress }) {
  await progress.step('Schemas, users and queues', async () => {
    await allSettledOrThrow([
      prepareDatabase(servers.postgresUrl, secrets.values.postgres),
      importDefinitions(
        servers.managementUrl,
        definitions(readTopology(), { passwords: secrets.values.rabbitmq }),
      ),
    ]);
  });
}

/** Whoever listened there already would be taken for the service, and asked whether it is ready. */
const launching = (context, spec) => async () => {
  const port = context.ports[spec.name];
  if (!(await isFree(port))) {
    throw new LauncherFailure(
      'port_taken',
      `another program listens on port ${port}, meant for ${spec.name}`,
      {
        suggestion: 'try again: a free port is looked for each time',
      },
    );
  }
  await context.supervisor.start(spec);
};

async function startServices(context, names) {
  const { progress, supervisor, node, logs, graceMs, preload = {} } = context;
  await progress.step('Services', async (report) => {
    const waiting = new Set(names);
    await allSettledOrThrow(
      names.map(async (name) => {
        const env = serviceEnvironment(name, context);
        await waitForReady(supervisor, name, serviceUrl(context, name), {
          timeoutMs: READY_TIMEOUT_MS,
          start: launching(
            context,
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
      start: launching(context, serviceSpec(RUNNER, { node, logs, env, graceMs, stage: RUNNER_STAGE })),
    });
    supervisor.keep([RUNNER]);
    return runner.agents.join(', ');
  });
}

/**
 * Brings up servers, services and agents of one instance.
 * @param {object} session of `withSession`
 * @param {object} options
 * @param {object} options.instance of `openInstance`
 * @param {{ path: string }} options.node the Node that runs the services
 * @param {object} options.given addresses of the caller's own servers (`givenServers`); `{}` for private ones
 * @param {string[]} [options.services] default: all
 * @param {object} [options.runner] what the agent-runner hosts; absent: it is not started
 * @param {number} [options.poolSize] connections per service, when the caller's environment does not say
 * @param {Record<string, string | undefined>} [options.env] the caller's environment
 * @param {Record<string, string>} [options.preload] a module that a service loads before its own code, for tests
 */
export async function startPlatform(session, options) {
  const {
    instance,
    node,
    given,
    services = SERVICES,
    runner,
    poolSize,
    env = process.env,
    durable = true,
    preload,
  } = options;
  const { progress, supervisor } = session;
  const { secrets, logs, data } = instance;
  // Where data lasts people come back, so the gateway gets the port that the documents name, when it is free.
  const usual = instance.disposable ? {} : { gateway: GATEWAY_PORT };
  const ports = await freePorts([...SERVICES, RUNNER], { ...usual, ...instance.rememberedPorts() });
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
    graceMs: instance.disposable ? DRAIN_MS.disposable : DRAIN_MS.lasting,
    compileCache: ensureFolder(join(stateRoot, 'cache', 'compile')),
  };
  await startServices(context, services);
  if (runner) await startRunner(context, runner);

  const running = [...services, ...(runner ? [RUNNER] : [])];
  return {
    urls: {
      ...Object.fromEntries(running.map((name) => [name, serviceUrl(context, name)])),
      postgres: servers.postgresUrl,
      rabbitmq: servers.rabbitmqUrl,
      rabbitmq_management: servers.managementUrl,
    },
    tokens: secrets.values.operators,
    tokenFiles: secrets.tokenFiles,
    logs,
    data,
    pids: () => supervisor.pids(),
    /** Sends a signal to a service or server and all it started; it is started again by itself after it dies. */
    kill: (name, signal = 'SIGKILL') => supervisor.signal(name, signal),
    waitUntilReady: (name) =>
      waitForReady(supervisor, name, serviceUrl(context, name), {
        timeoutMs: READY_TIMEOUT_MS,
        start: () => {},
      }),
  };
}
