import { join } from 'node:path';

/** In every home folder. A command line gets secrets by its own environment or a mount, not by searching the host. */
const inHomes = [
  '.ssh',
  '.gnupg',
  '.password-store',
  '.aws',
  '.azure',
  '.kube',
  '.docker',
  '.netrc',
  '.npmrc',
  '.yarnrc.yml',
  '.pypirc',
  '.git-credentials',
  '.pgpass',
  '.my.cnf',
  '.erlang.cookie',
  '.bash_history',
  '.zsh_history',
  '.node_repl_history',
  '.config/gh',
  '.config/git/credentials',
  '.config/gcloud',
  '.config/op',
  '.local/share/keyrings',
  '.mozilla',
  '.config/google-chrome',
  '.config/chromium',
  '.cargo/credentials',
  '.cargo/credentials.toml',
  '.m2/settings.xml',
  '.gradle/gradle.properties',
];

const ofTheSystem = [
  '/etc/shadow',
  '/etc/shadow-',
  '/etc/gshadow',
  '/etc/gshadow-',
  '/etc/sudoers',
  '/etc/sudoers.d',
  '/etc/ssl/private',
  '/etc/ssh',
  '/etc/mysql/debian.cnf',
  '/etc/NetworkManager/system-connections',
  '/etc/wireguard',
  '/var/lib/rabbitmq',
  '/var/lib/postgresql',
  '/var/lib/mysql',
  '/var/lib/redis',
  '/var/lib/docker',
  '/var/lib/containerd',
  '/var/lib/kubelet',
  '/var/spool/cron',
];

export const secretsOfHome = (home: string): readonly string[] => inHomes.map((path) => join(home, path));

/** The paths hidden from a `command` run. `state` are the platform's own folders: secrets, databases, other working copies. */
export function hiddenPaths(secrets: readonly string[], state: readonly string[]): readonly string[] {
  return [...state, ...ofTheSystem, ...secrets];
}
