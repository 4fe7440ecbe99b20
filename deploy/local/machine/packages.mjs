import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { LauncherFailure } from '../failure.mjs';

/** Installed beside the broker by the distribution, and on a Mac by Homebrew. */
const RABBITMQ_SERVERS = [
  '/usr/lib/rabbitmq/bin/rabbitmq-server',
  '/opt/homebrew/opt/rabbitmq/sbin/rabbitmq-server',
  '/usr/local/opt/rabbitmq/sbin/rabbitmq-server',
];

/** The directories of system tools are looked at too: an ordinary user's PATH often lacks them. */
export function findProgram(name, path = process.env.PATH ?? '') {
  const folders = [...path.split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'].filter(Boolean);
  return folders
    .map((folder) => join(folder, name))
    .find((candidate) => {
      try {
        accessSync(candidate, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** The real server script; the wrapper in /usr/sbin insists on changing the user itself. */
export function findRabbitServer() {
  return RABBITMQ_SERVERS.find((candidate) => existsSync(candidate));
}

function systemPythonHas(module) {
  return spawnSync('/usr/bin/python3', ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0;
}

/** What the project uses of the system: how to see that it is there, and the Debian package that brings it. */
export const SYSTEM_PACKAGES = {
  git: { package: 'git', isPresent: () => Boolean(findProgram('git')) },
  rabbitmq: { package: 'rabbitmq-server', isPresent: () => Boolean(findRabbitServer()) },
  bubblewrap: {
    package: 'bubblewrap',
    isPresent: () => process.platform !== 'linux' || Boolean(findProgram('bwrap')),
  },
  pika: { package: 'python3-pika', isPresent: () => systemPythonHas('pika') },
};

export function missingPackages(names) {
  return names.filter((name) => !SYSTEM_PACKAGES[name].isPresent());
}

/** How to become root: not at all, by sudo, or a failure that says what to install by hand. */
export function privilegedPrefix({ uid = process.getuid(), interactive, sudo = findProgram('sudo') } = {}) {
  if (uid === 0) return [];
  if (!sudo) return undefined;
  if (interactive) return [sudo];
  return spawnSync(sudo, ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? [sudo, '-n'] : undefined;
}

/** Installs by apt, in a process of its own that keeps services from starting and tidies up after itself. */
export async function installPackages(names, { run, interactive }) {
  const packages = names.map((name) => SYSTEM_PACKAGES[name].package);
  const byHand = `install by hand: ${packages.join(' ')}`;
  if (!findProgram('apt-get')) {
    throw new LauncherFailure(
      'packages_missing',
      `not installed: ${packages.join(', ')}; there is no apt-get here`,
      {
        suggestion: byHand,
      },
    );
  }
  const prefix = privilegedPrefix({ interactive });
  if (!prefix) {
    throw new LauncherFailure(
      'packages_missing',
      `not installed: ${packages.join(', ')}; that needs root or sudo`,
      {
        suggestion: `run: sudo apt-get install ${packages.join(' ')}`,
      },
    );
  }
  const [command, ...args] = [
    ...prefix,
    process.execPath,
    join(import.meta.dirname, 'install-packages.mjs'),
    ...packages,
  ];
  const { code, output } = await run(command, args, { cwd: '/', input: interactive ? 'inherit' : 'ignore' });
  const stillMissing = missingPackages(names);
  if (code !== 0 || stillMissing.length > 0) {
    throw new LauncherFailure('packages_failed', `apt-get could not install ${packages.join(', ')}`, {
      detail: output.slice(-20),
      suggestion: byHand,
    });
  }
}
