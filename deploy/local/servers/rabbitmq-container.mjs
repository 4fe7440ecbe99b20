import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { LauncherFailure } from '../failure.mjs';
import { findProgram } from '../machine/packages.mjs';

/**
 * @import { Instance } from '../platform/instance.mjs'
 * @import { ProcessSpec } from '../supervision/supervised-process.mjs'
 * @import { BrokerFiles, BrokerPorts } from './rabbitmq-configuration.mjs'
 */

const IMAGE = 'rabbitmq:4-management';

/** Whether there is a Docker client with a running engine. */
export function dockerIsUsable(docker = findProgram('docker')) {
  if (!docker) return false;
  return spawnSync(docker, ['info'], { stdio: 'ignore', timeout: 5_000 }).status === 0;
}

/** The Docker client; without one there is no broker. */
export function requireDocker(find = findProgram) {
  const docker = find('docker');
  if (docker) return docker;
  throw new LauncherFailure('packages_missing', 'neither RabbitMQ nor Docker is installed', {
    suggestion:
      'install rabbitmq-server or Docker, or set YMERA_RABBITMQ_URL and YMERA_RABBITMQ_MANAGEMENT_URL',
  });
}

/**
 * The broker as a container on the host's network, so that its ports and its way to the registry equal those of an installed
 * one. Ending the client does not end the container; hence the stop command.
 * @param {object} options
 * @param {{ logs: string, secrets: { values: Pick<Instance['secrets']['values'], 'instance_id'> } }} options.instance
 * @param {BrokerFiles} options.files
 * @param {Pick<BrokerPorts, 'epmd' | 'distribution'>} options.ports
 * @param {string} options.docker path of the client
 * @returns {ProcessSpec}
 */
export function containerCommand({ instance, files, ports, docker }) {
  const name = `ymera-${instance.secrets.values.instance_id}`;
  const mounts = [
    `${files.configuration}:/etc/rabbitmq/rabbitmq.conf:ro`,
    `${files.plugins}:/etc/rabbitmq/enabled_plugins:ro`,
  ].flatMap((mount) => ['-v', mount]);
  const settings = {
    RABBITMQ_NODENAME: 'ymera@localhost',
    ERL_EPMD_PORT: ports.epmd,
    RABBITMQ_DIST_PORT: ports.distribution,
  };
  const variables = Object.entries(settings).flatMap(([key, value]) => ['-e', `${key}=${value}`]);
  // The image's own entry point would change to a user that cannot read the configuration.
  const entry = ['--user', 'root', '--entrypoint', 'rabbitmq-server'];
  return {
    name: 'rabbitmq',
    command: docker,
    args: ['run', '--rm', '--name', name, '--network', 'host', ...entry, ...variables, ...mounts, IMAGE],
    cwd: '/',
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] ?? '/' },
    log: join(instance.logs, 'rabbitmq.log'),
    stage: 1,
    stop: { signal: 'SIGTERM', graceMs: 15_000, command: [docker, 'rm', '--force', name] },
  };
}
