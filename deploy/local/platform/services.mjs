import { RUNNER } from '../catalog.mjs';
import { inRepository, stateRoot } from '../paths.mjs';
import { databaseUrl } from '../servers/database.mjs';
import { brokerUser, CONNECTIONS_USER } from '../servers/rabbitmq-definitions.mjs';

/**
 * @import { HostedName, ServiceName } from '../catalog.mjs'
 * @import { NodeProgram } from '../machine/node24.mjs'
 * @import { Servers } from '../servers/servers.mjs'
 * @import { ProcessSpec } from '../supervision/supervised-process.mjs'
 * @import { RunnerOptions } from './runner-options.mjs'
 * @import { Secrets } from './secrets.mjs'
 *
 * What the environments of services are made of.
 * @typedef {object} ServiceContext
 * @property {Secrets} secrets
 * @property {Servers} servers
 * @property {Readonly<Record<HostedName, number>>} ports
 * @property {string} data folder
 * @property {string} compileCache folder
 * @property {number | undefined} [poolSize] connections per service, when the caller's environment does not set it
 * @property {NodeJS.ProcessEnv} env the caller's environment
 */

/** An idle service uses about 50 MB of heap; without a maximum V8 lets garbage grow with the machine's memory. */
const MAX_HEAP_MB = 192;

/** Variables of the caller that every daemon needs. A service gets these and settings of ours, never npm's variables. */
const PASSED =
  /^(PATH|HOME|USER|LOGNAME|LANG|LC_.*|TZ|TMPDIR|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|(https?|no)_proxy)$/i;
const OURS = /^(YMERA_|AGENT_MANAGER_)/;
/** The administrator's addresses and tokens, and variables of the launcher's own process. */
const WITHHELD =
  /^YMERA_(POSTGRES_URL|RABBITMQ_URL|RABBITMQ_MANAGEMENT_URL|AUDIT_SIGNING_KEY|HTTP_PORT|SUPERVISION|.*_TOKEN)(_FILE)?$/;

/** @param {NodeJS.ProcessEnv} env */
export function passedEnvironment(env) {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => PASSED.test(name) || (OURS.test(name) && !WITHHELD.test(name))),
  );
}

/**
 * @param {string} address
 * @param {string} user
 * @param {string} password
 */
function withUser(address, user, password) {
  const url = new URL(address);
  url.username = user;
  url.password = password;
  url.pathname = '';
  return url.href.replace(/\/$/, '');
}

/**
 * @param {Pick<ServiceContext, 'ports'>} context
 * @param {HostedName} name
 */
export const serviceUrl = (context, name) => `http://127.0.0.1:${context.ports[name]}`;

/**
 * The variables of single services beside the common ones.
 * @type {Partial<Record<ServiceName, (context: ServiceContext) => Record<string, string>>>}
 */
const SPECIFIC = {
  registry: ({ secrets, servers }) => ({
    YMERA_RABBITMQ_MANAGEMENT_URL: withUser(
      servers.managementUrl,
      CONNECTIONS_USER,
      secrets.values.rabbitmq_connections,
    ),
    YMERA_BROKER_CALLBACK_TOKEN: secrets.values.broker_callback_token,
    YMERA_CREDENTIAL_PEPPER: secrets.values.credential_pepper,
    YMERA_AGENT_BROKER_URL: withUser(servers.rabbitmqUrl, '', ''),
  }),
  gateway: ({ secrets }) => ({ YMERA_BOOTSTRAP_OPERATORS_FILE: secrets.operatorsFile }),
  integration: (context) => ({
    YMERA_DATA_DIR: `${context.data}/integration`,
    YMERA_PUBLIC_URL: serviceUrl(context, 'integration'),
  }),
  // A log in a database of the caller outlives this checkout, and so must its key.
  audit: ({ secrets, env }) => ({
    YMERA_AUDIT_SIGNING_KEY_FILE: env['YMERA_AUDIT_SIGNING_KEY_FILE'] || secrets.auditSigningKeyFile,
  }),
};

/**
 * The environment of a service. Settings of the caller win over our defaults, never over addresses and secrets.
 * @param {ServiceName} name
 * @param {ServiceContext} context
 * @returns {NodeJS.ProcessEnv}
 */
export function serviceEnvironment(name, context) {
  const { secrets, servers, ports, poolSize, env } = context;
  return {
    YMERA_LOG_LEVEL: 'info',
    ...(poolSize && !env['AGENT_MANAGER_DB_POOL_SIZE'] ? { YMERA_DB_POOL_SIZE: String(poolSize) } : {}),
    ...passedEnvironment(env),
    NODE_ENV: 'production',
    NODE_OPTIONS: `--max-old-space-size=${MAX_HEAP_MB}`,
    NODE_COMPILE_CACHE: context.compileCache,
    YMERA_POSTGRES_URL: databaseUrl(servers.postgresUrl, name, secrets.values.postgres),
    YMERA_RABBITMQ_URL: withUser(servers.rabbitmqUrl, brokerUser(name), secrets.values.rabbitmq[name]),
    YMERA_HTTP_HOST: '127.0.0.1',
    YMERA_HTTP_PORT: String(ports[name]),
    ...SPECIFIC[name]?.(context),
  };
}

/**
 * The environment of the agent-runner. Like any other host of agents it gets the gateway's address and an enrolment token,
 * no address of a server.
 * @param {ServiceContext} context
 * @param {RunnerOptions & { enrolmentTokenFile: string }} runner
 * @returns {NodeJS.ProcessEnv}
 */
export function runnerEnvironment(
  context,
  { enrolmentTokenFile, agents, command, commandFolder, network, passed, sandbox, hostPath },
) {
  return {
    YMERA_LOG_LEVEL: 'info',
    ...Object.fromEntries(passed.map((name) => [name, context.env[name]])),
    ...passedEnvironment(context.env),
    NODE_ENV: 'production',
    NODE_OPTIONS: `--max-old-space-size=${MAX_HEAP_MB}`,
    NODE_COMPILE_CACHE: context.compileCache,
    YMERA_HTTP_HOST: '127.0.0.1',
    YMERA_HTTP_PORT: String(context.ports[RUNNER]),
    YMERA_GATEWAY_URL: serviceUrl(context, 'gateway'),
    YMERA_ENROLMENT_TOKEN_FILE: enrolmentTokenFile,
    YMERA_STATE_DIR: `${context.data}/agent-runner`,
    YMERA_RUNNER_AGENTS: agents.join(','),
    YMERA_SANDBOX: sandbox,
    YMERA_RUNNER_HIDDEN_DIRS: stateRoot,
    YMERA_HOST_PATH_DIRS: hostPath,
    ...(network ? { YMERA_RUNNER_NETWORK: 'true' } : {}),
    ...(passed.length > 0 ? { YMERA_RUNNER_PASS_ENV: passed.join(',') } : {}),
    ...(command ? { YMERA_RUNNER_COMMAND: command, YMERA_RUNNER_COMMAND_CWD: commandFolder } : {}),
  };
}

/**
 * What the supervisor starts for a service.
 * @param {HostedName} name
 * @param {object} options
 * @param {NodeProgram} options.node
 * @param {string} options.logs folder
 * @param {number} options.stage
 * @param {NodeJS.ProcessEnv} options.env
 * @param {number} options.graceMs
 * @param {string | undefined} [options.preload] a module that is loaded before the service's own code
 * @returns {ProcessSpec}
 */
export function serviceSpec(name, { node, logs, stage, env, graceMs, preload }) {
  return {
    name,
    command: node.path,
    args: [...(preload ? ['--require', preload] : []), inRepository('services', name, 'dist', 'main.js')],
    cwd: inRepository(),
    env,
    log: `${logs}/${name}.log`,
    stage,
    stop: { signal: 'SIGTERM', graceMs },
  };
}
