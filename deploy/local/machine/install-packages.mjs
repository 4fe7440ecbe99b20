/** Runs as root: installs Debian packages without letting any of them start a service. Arguments: package names. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { servicePolicy } from './service-policy.mjs';

const packages = process.argv.slice(2);
const policy = servicePolicy();
const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
/** An interrupted apt gets this long to end: until then no service may start, after it we would be killed ourselves. */
const INTERRUPTED_GRACE_MS = 1_500;
let current;
let interrupted = false;

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

/** A machine whose package lists are absent or old fails the first attempt; an interrupted dpkg is put in order first. */
async function installWithFreshLists() {
  await run('dpkg', '--configure', '-a');
  if ((await install()) === 0) return 0;
  await run('apt-get', '-q', 'update');
  return install();
}

/** We want the programs only: without this the broker would start, open to the network, at the next boot. */
async function keepFromBooting() {
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
  if (process.exitCode === 0) await keepFromBooting();
} finally {
  policy.restore();
}
