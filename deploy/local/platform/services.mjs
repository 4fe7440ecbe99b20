import { RUNNER } from '../catalog.mjs';
import { inRepository, stateRoot } from '../paths.mjs';
import { databaseUrl } from '../servers/database.mjs';
import { brokerUser } from '../servers/rabbitmq-definitions.mjs';

/** An empty service takes about 50 MB of heap; without a bound V8 would let garbage grow with the machine's memory. */
const HEAP_MB = 192;

/** Of the caller's environment a service gets what a daemon needs, and settings of ours. Never npm's variables. */
const PASSED =
  /^(PATH|HOME|USER|LOGNAME|LANG|LC_.*|TZ|TMPDIR|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|(https?|no)_proxy)$/i;
const OURS = /^(YMERA_|AGENT_MANAGER_)/;
/** These name the administrator's way in, or belong to the process that runs the launcher. */
const WITHHELD =
  /^YMERA_(POSTGRES_URL|RABBITMQ_URL|RABBITMQ_MANAGEMENT_URL|AUDIT_SIGNING_KEY|HTTP_PORT|SUPERVISION|.*_TOKEN)(_FILE)?$/;

export function passedEnvironment(env) {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => PASSED.test(name) || (OURS.test(name) && !WITHHELD.test(name))),
  );
}

function withUser(address, user, password) {
  const url = new URL(address);
  url.username = user;
  url.password = password;
  url.pathname = '';
  return url.href.replace(/\/$/, '');
}

export const serviceUrl = (context, name) => `http://127.0.0.1:${context.ports[name]}`;

/** What one service gets beside the common part. */
const SPECIFIC = {
  registry: ({ secrets, servers }) => ({
    YMERA_RABBITMQ_MANAGEMENT_URL: withUser(
      servers.managementUrl,
      brokerUser('registry'),
      secrets.values.rabbitmq.registry,
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
  // A log in a database of the caller's own outlives this checkout, and then so must its key.
  audit: ({ secrets, env }) => ({
    YMERA_AUDIT_SIGNING_KEY_FILE: env.YMERA_AUDIT_SIGNING_KEY_FILE || secrets.auditSigningKeyFile,
  }),
};

/**
 * The environment of a service: `context` holds ports, secrets, the servers' addresses, folders and the caller's
 * environment. What the caller set wins over our defaults, never over addresses and secrets.
 */
export function serviceEnvironment(name, context) {
  const { secrets, servers, ports, poolSize, env } = context;
  return {
    YMERA_LOG_LEVEL: 'info',
    ...(poolSize && !env.AGENT_MANAGER_DB_POOL_SIZE ? { YMERA_DB_POOL_SIZE: String(poolSize) } : {}),
    ...passedEnvironment(env),
    NODE_ENV: 'production',
    NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}`,
    NODE_COMPILE_CACHE: context.compileCache,
    YMERA_POSTGRES_URL: databaseUrl(servers.postgresUrl, name, secrets.values.postgres),
    YMERA_RABBITMQ_URL: withUser(servers.rabbitmqUrl, brokerUser(name), secrets.values.rabbitmq[name]),
    YMERA_HTTP_HOST: '127.0.0.1',
    YMERA_HTTP_PORT: String(ports[name]),
    ...SPECIFIC[name]?.(context),
  };
}

/** The agent-runner is an agent's host like anybody's: it knows the gateway and an enrolment token, no server of ours. */
export function runnerEnvironment(
  context,
  { enrolmentTokenFile, agents, command, commandFolder, network, passed = [], sandbox, hostPath },
) {
  return {
    YMERA_LOG_LEVEL: 'info',
    ...Object.fromEntries(passed.map((name) => [name, context.env[name]])),
    ...passedEnvironment(context.env),
    NODE_ENV: 'production',
    NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}`,
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

/** What the supervisor starts for a service. */
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
