/**
 * Marks addresses as those of a test process: a launcher that a test starts must use servers of its own.
 * @import { Servers } from './servers.mjs'
 */
export const SERVERS_FOR = 'YMERA_SERVERS_FOR';

/**
 * The servers' addresses for tests and benchmarks, with administrators' rights: they create databases and virtual hosts.
 * @param {Servers} servers
 * @param {{ callbackUrl?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {NodeJS.ProcessEnv}
 */
export function serverEnvironment(servers, { callbackUrl, env = process.env } = {}) {
  return {
    ...env,
    NX_DAEMON: 'false',
    [SERVERS_FOR]: 'tests',
    YMERA_POSTGRES_URL: servers.postgresUrl,
    YMERA_RABBITMQ_URL: servers.rabbitmqUrl,
    YMERA_RABBITMQ_MANAGEMENT_URL: servers.managementUrl,
    // The address at which the broker authenticates users that are not in its own table; a test may listen there.
    ...(callbackUrl ? { YMERA_TEST_BROKER_CALLBACK_URL: callbackUrl } : {}),
  };
}
