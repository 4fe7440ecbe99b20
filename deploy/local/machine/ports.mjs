import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { tryLock } from './lock.mjs';
import { ownFolder } from './own-folder.mjs';

const LOWEST = 20_000;
const DEFAULT_EPHEMERAL_START = 32_768;

/** Below the range from which the kernel takes ports for outgoing connections: those could take ours before we listen. */
function highest() {
  try {
    const start = Number.parseInt(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'), 10);
    return start > LOWEST + 2_000 ? start : DEFAULT_EPHEMERAL_START;
  } catch {
    return DEFAULT_EPHEMERAL_START;
  }
}

function hold(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server));
  });
}

/** Ports of this process, and of what it starts, until it ends. */
const reserved = new Map();
const reservations = join(tmpdir(), `ymera-ports-${userInfo().uid}`);

process.on('exit', () => {
  for (const lock of reserved.values()) lock.release();
});

/**
 * Between the moment when a port is found free and the moment when its server listens, seconds pass. Another launcher of
 * this account must not find it free as well: two platforms would mistake each other's services for their own.
 */
function reserve(port) {
  const lock = tryLock(join(ownFolder(reservations, 0o700), String(port)));
  if (lock.taken) reserved.set(port, lock);
  return lock.taken;
}

/** Listens on a port that this process may have; a remembered one may be its own from before. */
async function take(port, isRemembered) {
  if (reserved.has(port)) return isRemembered ? hold(port) : undefined;
  if (!reserve(port)) return undefined;
  const server = await hold(port);
  if (server) return server;
  reserved.get(port).release();
  reserved.delete(port);
  return undefined;
}

/**
 * One free loopback port per name, kept from other launchers until this process ends. A port remembered from an earlier
 * run is taken again when it is free, so that addresses that people wrote down stay right. All are held open until the
 * last is found, so none is given twice.
 */
export async function freePorts(names, remembered = {}) {
  const top = highest();
  const held = [];
  const ports = {};
  for (const name of names) {
    let port = remembered[name];
    let server = port ? await take(port, true) : undefined;
    while (!server) {
      port = randomInt(LOWEST, top);
      server = await take(port, false);
    }
    held.push(server);
    ports[name] = port;
  }
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Whether nobody listens there now. */
export async function isFree(port) {
  const server = await hold(port);
  if (server) await new Promise((resolve) => server.close(resolve));
  return server !== undefined;
}
