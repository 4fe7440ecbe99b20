/**
 * Configuration of a private broker: everything on loopback, services in its own user table, principals authenticated by
 * the registry.
 *
 * @typedef {'amqp' | 'management' | 'epmd' | 'distribution'} BrokerPort
 * @typedef {Readonly<Record<BrokerPort, number>>} BrokerPorts
 *
 * @typedef {object} BrokerOptions
 * @property {Pick<BrokerPorts, 'amqp' | 'management'>} ports
 * @property {string} adminPassword
 * @property {string} callbackUrl address of the registry's authentication callbacks
 * @property {string} [host]
 *
 * @typedef {{ configuration: string, plugins: string }} BrokerFiles
 */

const PLUGINS = ['rabbitmq_management', 'rabbitmq_auth_backend_http', 'rabbitmq_auth_backend_cache'];
export const ADMINISTRATOR = 'ymera-admin';

/**
 * The broker caches the registry's answers for this time, so a revocation takes effect on new connections after it at the
 * latest. The token in the path of the callback prevents other callers.
 */
const AUTHENTICATION_CACHE_TTL_MS = 2_000;

/** @param {BrokerOptions} options */
export function brokerConfiguration({ ports, adminPassword, callbackUrl, host = '127.0.0.1' }) {
  const lines = {
    'listeners.tcp.1': `${host}:${ports.amqp}`,
    'management.tcp.ip': host,
    'management.tcp.port': ports.management,
    // Created with an empty database only, and instead of guest: that user never exists.
    default_user: ADMINISTRATOR,
    default_pass: adminPassword,
    'auth_backends.1': 'internal',
    'auth_backends.2': 'cache',
    'auth_cache.cached_backend': 'http',
    'auth_cache.cache_ttl': AUTHENTICATION_CACHE_TTL_MS,
    'auth_http.http_method': 'post',
    'auth_http.user_path': `${callbackUrl}/user`,
    'auth_http.vhost_path': `${callbackUrl}/vhost`,
    'auth_http.resource_path': `${callbackUrl}/resource`,
    'auth_http.topic_path': `${callbackUrl}/topic`,
    'vm_memory_high_watermark.absolute': '1GB',
    'disk_free_limit.absolute': '200MB',
    // The default keeps up to 512 MB of quorum queues' log in memory.
    'raft.wal_max_size_bytes': 64 * 1024 * 1024,
    'log.console': true,
    // A malformed x-death header crashes the channel of its publisher. The broker stalls for seconds, for all its clients,
    // while it writes connection and message into an error of its log, a byte at a time.
    'log.console.level': 'critical',
    'log.file': false,
  };
  return `${Object.entries(lines)
    .map(([key, value]) => `${key} = ${value}`)
    .join('\n')}\n`;
}

export const enabledPlugins = () => `[${PLUGINS.join(',')}].\n`;

/**
 * The environment of the server script. It names every file, so that nothing of /etc/rabbitmq is read.
 * @param {{ ports: Pick<BrokerPorts, 'epmd' | 'distribution'>, home: string } & BrokerFiles} options
 */
export function brokerEnvironment({ ports, home, configuration, plugins }) {
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin',
    LANG: 'C.UTF-8',
    HOME: home,
    RABBITMQ_NODENAME: 'ymera@localhost',
    ERL_EPMD_PORT: String(ports.epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_DIST_PORT: String(ports.distribution),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1} -start_epmd false',
    RABBITMQ_MNESIA_BASE: `${home}/data`,
    RABBITMQ_LOG_BASE: `${home}/log`,
    RABBITMQ_CONFIG_FILE: configuration,
    RABBITMQ_ADVANCED_CONFIG_FILE: `${configuration}.none`,
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_ENABLED_PLUGINS_FILE: plugins,
  };
}
