import { LauncherFailure } from '../failure.mjs';
import { freePorts } from '../machine/ports.mjs';
import { postgresPrograms } from '../machine/postgres-binaries.mjs';
import { SERVERS_FOR } from './environment.mjs';
import { startPostgres } from './postgres.mjs';
import { startRabbitmq } from './rabbitmq.mjs';

/**
 * @import { Progress } from '../terminal/progress.mjs'
 * @import { Supervisor } from '../supervision/client.mjs'
 * @import { Instance } from '../platform/instance.mjs'
 *
 * Administrators' addresses.
 * @typedef {{ postgresUrl: string, rabbitmqUrl: string, managementUrl: string }} Servers
 *
 * Addresses of the caller's own servers, from the environment. Without one a private server is started.
 * @typedef {{ [Name in keyof Servers]?: Servers[Name] | undefined }} GivenServers
 */

/**
 * The caller's own servers win over private ones, and their data is never deleted.
 * @param {NodeJS.ProcessEnv} env
 * @returns {GivenServers}
 */
export function givenServers(env) {
  if (env[SERVERS_FOR]) return {};
  const given = {
    postgresUrl: env['YMERA_POSTGRES_URL'] || undefined,
    rabbitmqUrl: env['YMERA_RABBITMQ_URL'] || undefined,
    managementUrl: env['YMERA_RABBITMQ_MANAGEMENT_URL'] || undefined,
  };
  if (Boolean(given.rabbitmqUrl) !== Boolean(given.managementUrl)) {
    throw new LauncherFailure(
      'servers_incomplete',
      'only one of YMERA_RABBITMQ_URL and YMERA_RABBITMQ_MANAGEMENT_URL is set',
      { suggestion: 'set both or none' },
    );
  }
  return given;
}

/**
 * Starts the private servers that were not given, side by side.
 * @param {object} options
 * @param {Supervisor} options.supervisor
 * @param {Progress} options.progress
 * @param {Instance} options.instance
 * @param {GivenServers} options.given
 * @param {string} options.callbackUrl authenticates users of the broker that are not services
 * @param {boolean} options.durable whether PostgreSQL calls fsync
 * @returns {Promise<Servers>}
 */
export async function startServers({ supervisor, progress, instance, given, callbackUrl, durable }) {
  const ports = await freePorts(
    ['postgres', 'amqp', 'management', 'epmd', 'distribution'],
    instance.rememberedPorts(),
  );
  instance.rememberPorts({ ...instance.rememberedPorts(), ...ports });

  const postgres = async () => {
    if (given.postgresUrl) return given.postgresUrl;
    let address = '';
    await progress.step('PostgreSQL', async (report) => {
      const programs = postgresPrograms(instance.account);
      const port = ports.postgres;
      const { url, version } = await startPostgres({ supervisor, instance, programs, port, durable, report });
      address = url;
      return `${version} on 127.0.0.1:${port}`;
    });
    return address;
  };
  const rabbitmq = async () => {
    const addresses = { url: given.rabbitmqUrl ?? '', managementUrl: given.managementUrl ?? '' };
    if (given.rabbitmqUrl) return addresses;
    await progress.step('RabbitMQ', async () => {
      const { version, ...started } = await startRabbitmq({ supervisor, instance, ports, callbackUrl });
      Object.assign(addresses, started);
      return `${version} on 127.0.0.1:${ports.amqp}`;
    });
    return addresses;
  };

  const [postgresUrl, broker] = await allSettledOrThrow([postgres(), rabbitmq()]);
  supervisor.keep(['postgres', 'epmd', 'rabbitmq']);
  return { postgresUrl, rabbitmqUrl: broker.url, managementUrl: broker.managementUrl };
}

/**
 * Like Promise.all, but settles after all of them: nothing may still be starting when the caller cleans up.
 * @template {readonly unknown[] | []} T
 * @param {T} promises
 */
export async function allSettledOrThrow(promises) {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
