import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LauncherFailure } from '../failure.mjs';
import { canReach, serverAccount } from '../machine/account.mjs';
import { tryLock } from '../machine/lock.mjs';
import { sharedHome } from '../machine/postgres-binaries.mjs';
import { ensureFolder, stateRoot } from '../paths.mjs';
import { loadSecrets } from './secrets.mjs';

/** How many of one kind may run side by side in one checkout. */
const SIDE_BY_SIDE = 8;

const folderOf = (name) => join(stateRoot, 'instances', name);
const lockOf = (name) => join(stateRoot, 'instances', `${name}.lock`);

/** A disposable kind runs beside its like under the next free name; the lasting one is refused with who holds it. */
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
  for (let number = 1; number <= SIDE_BY_SIDE; number += 1) {
    const name = number === 1 ? kind : `${kind}-${number}`;
    const lock = tryLock(lockOf(name));
    if (lock.taken) return { name, lock };
  }
  throw new LauncherFailure('already_running', `${SIDE_BY_SIDE} of "${kind}" run in this checkout already`);
}

/** Where the servers' account can reach its data: in the instance, else in a folder of this checkout under /var/tmp. */
function serversFolder(account, instanceFolder, name) {
  if (canReach(account, instanceFolder)) return ensureFolder(join(instanceFolder, 'servers'), 0o711);
  return ensureFolder(join(sharedHome(), name), 0o711);
}

/** Data of servers whose passwords are no longer known is of no use; it appears when .ymera was deleted by hand. */
function matchServersToSecrets(servers, instanceId) {
  const mark = join(servers, 'instance-id');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === instanceId) return;
  rmSync(servers, { recursive: true, force: true });
  ensureFolder(servers, 0o711);
  writeFileSync(mark, instanceId);
}

/**
 * Takes one instance: the folders, secrets and lock of a platform or of servers for tests. The data of a disposable one
 * begins empty each time; the lasting one (`npm start`) keeps its data.
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
    /** Ports of the last run, to keep the addresses of the lasting instance. */
    rememberedPorts() {
      const file = join(folder, 'ports.json');
      return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
    },
    rememberPorts: (ports) => writeFileSync(join(folder, 'ports.json'), JSON.stringify(ports)),
    /** Gives the name back. What the servers of a disposable instance stored is of no use any more; the logs stay. */
    release() {
      // What was stopped in the middle of making them may still be writing its last.
      if (disposable) rmSync(servers, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
      lock.release();
    },
  };
}
