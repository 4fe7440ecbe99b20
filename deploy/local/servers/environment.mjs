/** Marks addresses as those of a test run: a launcher that a test starts is to have servers of its own. */
export const SERVERS_FOR = 'YMERA_SERVERS_FOR';

/** The servers' addresses for tests and benchmarks, with the administrators' rights: they make databases and virtual hosts. */
export function serverEnvironment(servers, { callbackUrl, env = process.env } = {}) {
  return {
    ...env,
    NX_DAEMON: 'false',
    [SERVERS_FOR]: 'tests',
    YMERA_POSTGRES_URL: servers.postgresUrl,
    YMERA_RABBITMQ_URL: servers.rabbitmqUrl,
    YMERA_RABBITMQ_MANAGEMENT_URL: servers.managementUrl,
    // Where the broker asks about users that are not in its own table; a test that answers listens there.
    ...(callbackUrl ? { YMERA_TEST_BROKER_CALLBACK_URL: callbackUrl } : {}),
  };
}
