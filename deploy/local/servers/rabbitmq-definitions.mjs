import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { SERVICES } from '../catalog.mjs';
import { LauncherFailure } from '../failure.mjs';
import { readJson } from '../json.mjs';
import { inRepository } from '../paths.mjs';

/**
 * @import { ServiceName } from '../catalog.mjs'
 * @import { ServicePasswords } from '../platform/secrets.mjs'
 *
 * The topology that is generated from the contracts; the launcher adds the users.
 * @typedef {Readonly<Record<string, unknown>>} Topology
 */

const TOPOLOGY = inRepository('deploy', 'docs', 'generated', 'topology.json');

/**
 * RabbitMQ's form of a password: a salt of four bytes, then SHA-256 of salt and password.
 * @param {string} password
 */
export function passwordHash(password, salt = randomBytes(4)) {
  const digest = createHash('sha256')
    .update(Buffer.concat([salt, Buffer.from(password, 'utf8')]))
    .digest();
  return Buffer.concat([salt, digest]).toString('base64');
}

/** @param {ServiceName} service */
export const brokerUser = (service) => `svc-${service}`;

/**
 * Closes connections of denied principals, for which the broker requires an administrator. The registry alone knows its
 * password. It has no permission on a virtual host: it can read and send no message.
 */
export const CONNECTIONS_USER = 'ymera-connections';

/**
 * @param {string} name
 * @param {string} password
 * @param {string[]} [tags]
 */
function user(name, password, tags = []) {
  return {
    name,
    password_hash: passwordHash(password),
    hashing_algorithm: 'rabbit_password_hashing_sha256',
    tags,
  };
}

/**
 * The generated topology with the users of this installation.
 * @param {Topology} topology
 * @param {{ passwords: ServicePasswords, connectionsPassword: string }} options
 */
export function definitions(topology, { passwords, connectionsPassword }) {
  return {
    ...topology,
    users: [
      ...SERVICES.map((service) => user(brokerUser(service), passwords[service])),
      user(CONNECTIONS_USER, connectionsPassword, ['administrator']),
    ],
  };
}

export function readTopology(path = TOPOLOGY) {
  if (existsSync(path)) return /** @type {Topology} */ (readJson(path));
  throw new LauncherFailure('topology_missing', `${path} does not exist`, {
    suggestion: 'run: npm run docs:generate',
  });
}

/**
 * A call of the management API. Credentials are sent in the header, because URLs end up in logs.
 * @param {string} managementUrl
 * @param {string} path
 * @param {{ method?: string, body?: unknown, timeoutMs?: number }} [options]
 */
export async function management(managementUrl, path, { method = 'GET', body, timeoutMs = 30_000 } = {}) {
  const url = new URL(path, managementUrl);
  const authorization = `Basic ${Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`).toString('base64')}`;
  url.username = '';
  url.password = '';
  return fetch(url, {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  });
}

/**
 * @param {string} managementUrl
 * @param {object} content
 */
export async function importDefinitions(managementUrl, content) {
  const response = await management(managementUrl, '/api/definitions', {
    method: 'POST',
    body: content,
    timeoutMs: 120_000,
  });
  if (response.ok) return;
  throw new LauncherFailure(
    'rabbitmq_unavailable',
    `RabbitMQ refused its definitions: HTTP ${response.status}`,
    {
      detail: [(await response.text()).slice(0, 500)],
    },
  );
}
