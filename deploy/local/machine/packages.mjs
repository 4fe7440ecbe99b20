import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { LauncherFailure } from '../failure.mjs';
import { ownUid } from './account.mjs';

/** @import { RunQuietly } from '../terminal/run.mjs' */

/** Where the distribution and, on a Mac, Homebrew install the server script. */
const RABBITMQ_SERVERS = [
  '/usr/lib/rabbitmq/bin/rabbitmq-server',
  '/opt/homebrew/opt/rabbitmq/sbin/rabbitmq-server',
  '/usr/local/opt/rabbitmq/sbin/rabbitmq-server',
];

/**
 * Searches the PATH, and the directories of system tools, which an ordinary user's PATH often lacks.
 * @param {string} name
 */
export function findProgram(name, path = process.env['PATH'] ?? '') {
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

/** @param {string} module */
function systemPythonHas(module) {
  return spawnSync('/usr/bin/python3', ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0;
}

/**
 * Programs of the system that the project uses: whether one is present, and the Debian package that brings it.
 * @typedef {'git' | 'rabbitmq' | 'bubblewrap' | 'pika'} SystemPackage
 * @type {Readonly<Record<SystemPackage, { package: string, isPresent: () => boolean }>>}
 */
export const SYSTEM_PACKAGES = {
  git: { package: 'git', isPresent: () => Boolean(findProgram('git')) },
  rabbitmq: { package: 'rabbitmq-server', isPresent: () => Boolean(findRabbitServer()) },
  bubblewrap: {
    package: 'bubblewrap',
    isPresent: () => process.platform !== 'linux' || Boolean(findProgram('bwrap')),
  },
  pika: { package: 'python3-pika', isPresent: () => systemPythonHas('pika') },
};

/** @param {readonly SystemPackage[]} names */
export function missingPackages(names) {
  return names.filter((name) => !SYSTEM_PACKAGES[name].isPresent());
}

/**
 * The words to put before a command that needs root: none, or sudo. Undefined where there is no way.
 * @param {{ uid?: number, interactive?: boolean, sudo?: string | undefined }} [machine]
 */
export function privilegedPrefix({ uid = ownUid(), interactive, sudo = findProgram('sudo') } = {}) {
  if (uid === 0) return [];
  if (!sudo) return undefined;
  if (interactive) return [sudo];
  return spawnSync(sudo, ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? [sudo, '-n'] : undefined;
}

/**
 * Installs by apt, in a process of its own that prevents services from starting and cleans up after itself.
 * @param {readonly SystemPackage[]} names
 * @param {{ run: RunQuietly, interactive: boolean }} options
 */
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
  const script = join(import.meta.dirname, 'install-packages.mjs');
  const [command = process.execPath, ...args] = [...prefix, process.execPath, script, ...packages];
  const { code, output } = await run(command, args, { cwd: '/', input: interactive ? 'inherit' : 'ignore' });
  const stillMissing = missingPackages(names);
  if (code !== 0 || stillMissing.length > 0) {
    throw new LauncherFailure('packages_failed', `apt-get could not install ${packages.join(', ')}`, {
      detail: output.slice(-20),
      suggestion: byHand,
    });
  }
}
