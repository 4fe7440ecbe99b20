import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LauncherFailure } from '../failure.mjs';
import { canReach, serverAccount } from '../machine/account.mjs';
import { tryLock } from '../machine/lock.mjs';
import { sharedHome } from '../machine/postgres-binaries.mjs';
import { readJson } from '../json.mjs';
import { ensureFolder, stateRoot } from '../paths.mjs';
import { loadSecrets } from './secrets.mjs';

/**
 * @import { Account } from '../machine/account.mjs'
 * @typedef {ReturnType<typeof openInstance>} Instance
 */

/** Instances of one kind that may run side by side in one checkout. */
const MAX_SIDE_BY_SIDE = 8;

/** @param {string} name */
const folderOf = (name) => join(stateRoot, 'instances', name);
/** @param {string} name */
const lockOf = (name) => join(stateRoot, 'instances', `${name}.lock`);

/**
 * A disposable instance takes the next free name of its kind; a second lasting one is refused.
 * @param {string} kind
 * @param {boolean} disposable
 */
function lockOne(kind, disposable) {
  if (!disposable) {
    const lock = tryLock(lockOf(kind));
    if (lock.taken) return { name: kind, lock };
    throw new LauncherFailure(
      'already_running',
      `"npm start" already runs in this checkout (process ${lock.holder.pid})`,
      {
        suggestion: 'stop it there with Ctrl-C; .ymera/current.json has its address',
      },
    );
  }
  for (let number = 1; number <= MAX_SIDE_BY_SIDE; number += 1) {
    const name = number === 1 ? kind : `${kind}-${number}`;
    const lock = tryLock(lockOf(name));
    if (lock.taken) return { name, lock };
  }
  throw new LauncherFailure(
    'already_running',
    `${MAX_SIDE_BY_SIDE} instances of "${kind}" run in this checkout`,
    {
      suggestion: 'stop one of them',
    },
  );
}

/**
 * Where the servers' account can reach its data: in the instance, else in a folder of this checkout under /var/tmp.
 * @param {Account | undefined} account
 * @param {string} instanceFolder
 * @param {string} name
 */
function serversFolder(account, instanceFolder, name) {
  if (canReach(account, instanceFolder)) return ensureFolder(join(instanceFolder, 'servers'), 0o711);
  return ensureFolder(join(sharedHome(), name), 0o711);
}

/**
 * Deletes data of servers whose passwords are lost, which remains when .ymera was deleted by hand.
 * @param {string} servers
 * @param {string} instanceId
 */
function matchServersToSecrets(servers, instanceId) {
  const mark = join(servers, 'instance-id');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === instanceId) return;
  rmSync(servers, { recursive: true, force: true });
  ensureFolder(servers, 0o711);
  writeFileSync(mark, instanceId);
}

/**
 * Opens one instance: the folders, secrets and lock of a platform or of servers for tests. A disposable one begins without
 * data each time; the lasting one (`npm start`) keeps its data.
 * @param {string} kind
 * @param {{ disposable: boolean }} options
 */
export function openInstance(kind, { disposable }) {
  ensureFolder(stateRoot, 0o711);
  ensureFolder(join(stateRoot, 'instances'), 0o711);
  const { name, lock } = lockOne(kind, disposable);
  const folder = folderOf(name);
  if (disposable) rmSync(folder, { recursive: true, force: true });
  ensureFolder(folder, 0o711);
  const secrets = loadSecrets(join(folder, 'secrets'));
  const account = serverAccount();
  const servers = serversFolder(account, folder, name);
  matchServersToSecrets(servers, secrets.values.instance_id);
  return {
    name,
    disposable,
    folder,
    account,
    servers,
    secrets,
    logs: ensureFolder(join(folder, 'logs')),
    data: ensureFolder(join(folder, 'data')),
    /**
     * Ports of the last execution, to keep the addresses of the lasting instance.
     * @returns {Record<string, number>}
     */
    rememberedPorts() {
      const file = join(folder, 'ports.json');
      return existsSync(file) ? /** @type {Record<string, number>} */ (readJson(file)) : {};
    },
    rememberPorts: (/** @type {Readonly<Record<string, number>>} */ ports) =>
      writeFileSync(join(folder, 'ports.json'), JSON.stringify(ports)),
    /** Releases the name. The servers' data of a disposable instance is deleted; the logs stay. */
    release() {
      // An interrupted initdb may still be writing.
      if (disposable) rmSync(servers, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
      lock.release();
    },
  };
}
