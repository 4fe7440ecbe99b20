import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { findProgram } from '../machine/packages.mjs';

const IMAGE = 'rabbitmq:4-management';

/** A client without a running engine is no help. */
export function dockerIsUsable(docker = findProgram('docker')) {
  return Boolean(docker) && spawnSync(docker, ['info'], { stdio: 'ignore', timeout: 5_000 }).status === 0;
}

/**
 * The broker as a container on the host's network, so that ports and the way to the registry are those of an installed one.
 * Ending the client does not end the container; hence the stop command.
 */
export function containerCommand({ instance, files, ports, docker = findProgram('docker') }) {
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
    env: { PATH: process.env.PATH, HOME: process.env.HOME ?? '/' },
    log: join(instance.logs, 'rabbitmq.log'),
    stage: 1,
    stop: { signal: 'SIGTERM', graceMs: 15_000, command: [docker, 'rm', '--force', name] },
  };
}
