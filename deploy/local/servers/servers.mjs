import { LauncherFailure } from '../failure.mjs';
import { freePorts } from '../machine/ports.mjs';
import { postgresPrograms } from '../machine/postgres-binaries.mjs';
import { SERVERS_FOR } from './environment.mjs';
import { startPostgres } from './postgres.mjs';
import { startRabbitmq } from './rabbitmq.mjs';

/**
 * Addresses that the caller gave. They win over private servers, and what they hold is never deleted.
 * @returns {{ postgresUrl?: string, rabbitmqUrl?: string, managementUrl?: string }}
 */
export function givenServers(env) {
  if (env[SERVERS_FOR]) return {};
  const given = {
    postgresUrl: env.YMERA_POSTGRES_URL || undefined,
    rabbitmqUrl: env.YMERA_RABBITMQ_URL || undefined,
    managementUrl: env.YMERA_RABBITMQ_MANAGEMENT_URL || undefined,
  };
  if (Boolean(given.rabbitmqUrl) !== Boolean(given.managementUrl)) {
    throw new LauncherFailure(
      'servers_incomplete',
      'YMERA_RABBITMQ_URL and YMERA_RABBITMQ_MANAGEMENT_URL belong together: set both or none',
    );
  }
  return given;
}

/**
 * Starts the private servers that were not given, side by side.
 * @returns {Promise<{ postgresUrl: string, rabbitmqUrl: string, managementUrl: string }>} administrators' addresses
 */
export async function startServers({ supervisor, progress, instance, given, callbackUrl, durable }) {
  const ports = await freePorts(
    ['postgres', 'amqp', 'management', 'epmd', 'distribution'],
    instance.rememberedPorts(),
  );
  instance.rememberPorts({ ...instance.rememberedPorts(), ...ports });

  const postgres = async () => {
    if (given.postgresUrl) return given.postgresUrl;
    const server = {};
    await progress.step('PostgreSQL', async (report) => {
      const programs = postgresPrograms(instance.account);
      Object.assign(
        server,
        await startPostgres({ supervisor, instance, programs, port: ports.postgres, durable, report }),
      );
      return `${server.version} on 127.0.0.1:${ports.postgres}`;
    });
    return server.url;
  };
  const rabbitmq = async () => {
    if (given.rabbitmqUrl) return { url: given.rabbitmqUrl, managementUrl: given.managementUrl };
    const server = {};
    await progress.step('RabbitMQ', async () => {
      Object.assign(server, await startRabbitmq({ supervisor, instance, ports, callbackUrl }));
      return `${server.version} on 127.0.0.1:${ports.amqp}`;
    });
    return server;
  };

  const [postgresUrl, broker] = await allSettledOrThrow([postgres(), rabbitmq()]);
  supervisor.keep(['postgres', 'epmd', 'rabbitmq']);
  return { postgresUrl, rabbitmqUrl: broker.url, managementUrl: broker.managementUrl };
}

/** Like Promise.all, but lets the others finish first: nothing may still be starting when the caller tidies up. */
export async function allSettledOrThrow(promises) {
  const results = await Promise.allSettled(promises);
  const failed = results.find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
  return results.map(({ value }) => value);
}
