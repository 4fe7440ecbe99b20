import { execFile } from 'node:child_process';
import { chownSync, existsSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LauncherFailure, messageOf } from '../failure.mjs';
import { identify, send } from '../machine/processes.mjs';
import { ensureFolder } from '../paths.mjs';
import { watchForDeath } from '../supervision/watch.mjs';
import { waitForPostgres } from './database.mjs';

/**
 * @import { Account } from '../machine/account.mjs'
 * @import { Instance } from '../platform/instance.mjs'
 * @import { Supervisor } from '../supervision/client.mjs'
 */

const READY_TIMEOUT_MS = 30_000;
/** How long a server of a killed launcher may take to stop before SIGKILL. */
const STALE_SERVER_TIMEOUT_MS = 3_000;
const POLL_INTERVAL_MS = 50;
const MAX_CONNECTIONS = 300;

/**
 * The environment of a server: no variable of the caller, in particular no PG* variable that would change its behaviour.
 * @param {string} folder
 */
const environment = (folder) => ({ PATH: '/usr/bin:/bin', HOME: folder, LC_ALL: 'C', TZ: 'UTC' });

/**
 * Creates the cluster. The password reaches initdb by a file that only the server's account can read. The file and the folder
 * around the data stay ours: the account cannot redirect our writes as root by a link.
 * @param {{ programs: string, folder: string, data: string, account: Account | undefined, password: string }} options
 */
async function initialise({ programs, folder, data, account, password }) {
  rmSync(data, { recursive: true, force: true });
  ensureFolder(data);
  if (account) chownSync(data, account.uid, account.gid);
  const passwordFile = join(folder, 'initial-password');
  rmSync(passwordFile, { force: true });
  writeFileSync(passwordFile, password, { mode: 0o400, flag: 'wx' });
  if (account) chownSync(passwordFile, account.uid, account.gid);
  const args = [
    '-D',
    data,
    '-U',
    'postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
  ];
  const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  try {
    await promisify(execFile)(
      join(programs, 'initdb'),
      [...args, ...locale, '--no-sync', '--no-instructions'],
      { cwd: '/', uid: account?.uid, gid: account?.gid, env: environment(folder) },
    );
  } catch (error) {
    throw new LauncherFailure('postgres_unavailable', 'initdb failed', {
      detail: outputOf(error).trim().split('\n').slice(-15),
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/**
 * The output of a program that failed.
 * @param {unknown} error of `execFile`
 */
function outputOf(error) {
  const { stdout = '', stderr = messageOf(error) } = /** @type {{ stdout?: string, stderr?: string }} */ (
    error
  );
  return `${stdout}${stderr}`;
}

/**
 * A killed server leaves its pid file. PostgreSQL refuses to start when another program has that pid now, and two servers on
 * one folder would destroy it: so a server of ours is ended, and the pid of another program is ignored.
 * @param {string} data
 */
async function clearStaleServer(data) {
  const pidFile = join(data, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
  /** @type {string | undefined} */
  let folderOfPid;
  try {
    folderOfPid = readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    folderOfPid = undefined;
  }
  if (folderOfPid === data) {
    send(pid, 'SIGQUIT');
    for (let waited = 0; identify(pid) && waited < STALE_SERVER_TIMEOUT_MS; waited += POLL_INTERVAL_MS) {
      await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
    }
    send(pid, 'SIGKILL');
  }
  rmSync(pidFile, { force: true });
}

/**
 * Loopback only, no socket file. Without fsync data is lost only when the machine crashes, not when the server is killed.
 * @param {{ port: number, durable: boolean }} options
 */
function settings({ port, durable }) {
  const values = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: MAX_CONNECTIONS,
    shared_buffers: '128MB',
    max_wal_size: '1GB',
    log_min_messages: 'warning',
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/**
 * Starts a private PostgreSQL and resolves to its administrator's address.
 * @param {object} options
 * @param {Supervisor} options.supervisor
 * @param {Instance} options.instance
 * @param {string} options.programs folder with postgres and initdb
 * @param {number} options.port
 * @param {boolean} options.durable whether data must survive a crash of the machine
 * @param {(detail: string) => void} options.report
 */
export async function startPostgres({ supervisor, instance, programs, port, durable, report }) {
  const folder = ensureFolder(join(instance.servers, 'postgres'), 0o711);
  const { account } = instance;
  const data = join(folder, 'data');
  const password = instance.secrets.values.postgres_admin;
  const complete = join(folder, 'cluster-is-complete');
  if (!existsSync(complete)) {
    report('creating the database cluster');
    await initialise({ programs, folder, data, account, password });
    writeFileSync(complete, '');
  }
  await clearStaleServer(data);
  report('starting');
  const died = watchForDeath(supervisor, 'postgres');
  await supervisor.start({
    name: 'postgres',
    command: join(programs, 'postgres'),
    args: ['-D', data, ...settings({ port, durable })],
    cwd: '/',
    env: environment(folder),
    log: join(instance.logs, 'postgres.log'),
    uid: account?.uid,
    gid: account?.gid,
    stage: 1,
    // SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait until every client disconnects.
    stop: { signal: 'SIGINT', graceMs: instance.disposable ? 0 : 10_000 },
  });
  const url = `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;
  try {
    const version = await waitForPostgres(url, { timeoutMs: READY_TIMEOUT_MS, stillRuns: () => !died.event });
    return { url, version };
  } catch (error) {
    throw error instanceof LauncherFailure ? error.withDetail(died.event?.tail) : error;
  } finally {
    died.stopWatching();
  }
}
