/** Runs as root: installs Debian packages and prevents them from starting a service. Arguments: package names. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { servicePolicy } from './service-policy.mjs';

const packages = process.argv.slice(2);
const policy = servicePolicy();
const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
/** An interrupted apt gets this long to end. Until then no service may start; later this process would be killed itself. */
const INTERRUPTED_GRACE_MS = 1_500;
/** @type {import('node:child_process').ChildProcess | undefined} */
let current;
let interrupted = false;

/**
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
function run(command, ...args) {
  if (interrupted) return Promise.resolve(1);
  console.log(`${command} ${args.join(' ')}`);
  return new Promise((resolve) => {
    current = spawn(command, args, { env, stdio: ['ignore', 'inherit', 'inherit'] });
    current.once('error', () => resolve(127));
    current.once('exit', (code) => resolve(code ?? 1));
  });
}

const install = () =>
  run(
    'apt-get',
    '-o',
    'DPkg::Lock::Timeout=300',
    '-q',
    '-y',
    '--no-install-recommends',
    'install',
    ...packages,
  );

/** The first attempt fails on a machine with missing or old package lists. An interrupted dpkg is repaired first. */
async function installWithFreshLists() {
  await run('dpkg', '--configure', '-a');
  if ((await install()) === 0) return 0;
  await run('apt-get', '-q', 'update');
  return install();
}

/** Without this the broker would start at the next boot, open to the network. */
async function disableAtBoot() {
  if (!packages.includes('rabbitmq-server') || !existsSync('/usr/bin/systemctl')) return;
  await run('systemctl', '--quiet', 'disable', 'rabbitmq-server.service', 'epmd.service', 'epmd.socket');
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
  process.on(signal, () => {
    interrupted = true;
    current?.kill('SIGTERM');
    setTimeout(() => {
      policy.restore();
      process.exit(1);
    }, INTERRUPTED_GRACE_MS).unref();
  });
}

policy.forbid();
try {
  process.exitCode = await installWithFreshLists();
  if (process.exitCode === 0) await disableAtBoot();
} finally {
  policy.restore();
}
