import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { LauncherFailure } from '../failure.mjs';

/** @typedef {{ uid: number, gid: number }} Account */

/** Accounts that exist where our packages are installed; the first one present runs the servers when we are root. */
const CANDIDATES = ['postgres', 'rabbitmq', 'nobody'];

/** Our own user id; -1 where the system has none. */
export const ownUid = () => process.getuid?.() ?? -1;

/** @param {string} text content of /etc/passwd */
function parsePasswd(text) {
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return uid ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

/**
 * The account that runs PostgreSQL (which refuses root) and RabbitMQ: the caller of sudo, else a system account.
 * Undefined when we are not root: then they run as we do.
 * @param {{ uid?: number, env?: NodeJS.ProcessEnv, passwd?: string }} [machine]
 */
export function serverAccount({ uid = ownUid(), env = process.env, passwd } = {}) {
  if (uid !== 0) return undefined;
  const accounts = parsePasswd(passwd ?? readFileSync('/etc/passwd', 'utf8'));
  const caller = accounts.find((account) => account.uid > 0 && account.name === env['SUDO_USER']);
  const system = CANDIDATES.map((name) => accounts.find((account) => account.name === name)).find(Boolean);
  const account = caller ?? system;
  if (account) return account;
  throw new LauncherFailure(
    'no_account',
    'PostgreSQL does not run as root, and no unprivileged account was found',
    { suggestion: `add one of ${CANDIDATES.join(', ')}, or run as an ordinary user` },
  );
}

/**
 * Whether the account may enter this folder, or execute this program. The system is asked, because access lists count
 * beside mode bits.
 * @param {Account | undefined} account
 * @param {string} path
 */
export function canReach(account, path) {
  if (!account) return true;
  const probe = spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', path], {
    cwd: '/',
    uid: account.uid,
    gid: account.gid,
    stdio: 'ignore',
  });
  return probe.status === 0;
}
