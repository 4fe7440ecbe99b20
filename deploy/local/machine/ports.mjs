import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

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

/**
 * One free loopback port per name. A port remembered from an earlier run is taken again when it is free, so that
 * addresses that people wrote down stay right. All are held open until the last is found, so none is given twice.
 */
export async function freePorts(names, remembered = {}) {
  const top = highest();
  const held = [];
  const ports = {};
  for (const name of names) {
    let port = remembered[name];
    let server = port ? await hold(port) : undefined;
    while (!server) {
      port = randomInt(LOWEST, top);
      server = await hold(port);
    }
    held.push(server);
    ports[name] = port;
  }
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
