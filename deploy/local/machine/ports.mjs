import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { tryLock } from './lock.mjs';
import { ownFolder } from './own-folder.mjs';

/** @import { HeldLock } from './lock.mjs' */

const MIN_PORT = 20_000;
const DEFAULT_EPHEMERAL_START = 32_768;

/** Below the kernel's range for outgoing connections: those could take a port of ours before its server listens. */
function maxPort() {
  try {
    const start = Number.parseInt(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'), 10);
    return start > MIN_PORT + 2_000 ? start : DEFAULT_EPHEMERAL_START;
  } catch {
    return DEFAULT_EPHEMERAL_START;
  }
}

/**
 * Listens on a loopback port; undefined when it is taken.
 * @param {number} port
 * @returns {Promise<import('node:net').Server | undefined>}
 */
function listenOn(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server));
  });
}

/**
 * Ports of this process, and of the processes that it starts, until it ends.
 * @type {Map<number, HeldLock>}
 */
const reserved = new Map();
const reservations = join(tmpdir(), `ymera-ports-${userInfo().uid}`);

process.on('exit', () => {
  for (const lock of reserved.values()) lock.release();
});

/**
 * Seconds pass between the search for a free port and the moment when its server listens. Another launcher of
 * this account must not find it free as well: two platforms would take each other's services for their own.
 * @param {number} port
 */
function reserve(port) {
  const lock = tryLock(join(ownFolder(reservations, 0o700), String(port)));
  if (!lock.taken) return undefined;
  reserved.set(port, lock);
  return lock;
}

/**
 * Reserves a port and listens on it; undefined when it is taken. A remembered one may be reserved by this process already.
 * @param {number} port
 * @param {boolean} isRemembered
 */
async function claim(port, isRemembered) {
  if (reserved.has(port)) return isRemembered ? listenOn(port) : undefined;
  const lock = reserve(port);
  if (!lock) return undefined;
  const server = await listenOn(port);
  if (server) return server;
  lock.release();
  reserved.delete(port);
  return undefined;
}

/**
 * One free loopback port per name, reserved until this process ends. A port remembered from an earlier execution is used
 * again when it is free, so that addresses that people wrote down stay right. All are listened on until the last is found,
 * so none is returned twice.
 * @template {string} Name
 * @param {readonly Name[]} names
 * @param {Readonly<Record<string, number>>} [remembered]
 */
export async function freePorts(names, remembered = {}) {
  const max = maxPort();
  const servers = [];
  const ports = /** @type {Record<Name, number>} */ ({});
  for (const name of names) {
    let port = remembered[name];
    let server = port ? await claim(port, true) : undefined;
    while (!port || !server) {
      port = randomInt(MIN_PORT, max);
      server = await claim(port, false);
    }
    servers.push(server);
    ports[name] = port;
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/**
 * Whether no program listens on the loopback port now.
 * @param {number} port
 */
export async function isFree(port) {
  const server = await listenOn(port);
  if (server) await new Promise((resolve) => server.close(resolve));
  return server !== undefined;
}
