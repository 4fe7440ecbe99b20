import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { SERVICES } from '../catalog.mjs';
import { LauncherFailure } from '../failure.mjs';
import { inRepository } from '../paths.mjs';

const TOPOLOGY = inRepository('deploy', 'docs', 'generated', 'topology.json');

/** RabbitMQ's form of a password: a salt of four bytes, then SHA-256 of salt and password. */
export function passwordHash(password, salt = randomBytes(4)) {
  const digest = createHash('sha256')
    .update(Buffer.concat([salt, Buffer.from(password, 'utf8')]))
    .digest();
  return Buffer.concat([salt, digest]).toString('base64');
}

export const brokerUser = (service) => `svc-${service}`;

/** The registry closes connections of those it denies, for which the broker asks an administrator. */
const TAGS = { registry: ['administrator'] };

function user(name, password, tags = []) {
  return {
    name,
    password_hash: passwordHash(password),
    hashing_algorithm: 'rabbit_password_hashing_sha256',
    tags,
  };
}

/** The generated topology of the contracts, with this installation's users. */
export function definitions(topology, { passwords, administrator }) {
  const services = SERVICES.map((service) => user(brokerUser(service), passwords[service], TAGS[service]));
  const everything = { configure: '.*', write: '.*', read: '.*' };
  return {
    ...topology,
    users: [
      ...services,
      ...(administrator ? [user(administrator.name, administrator.password, ['administrator'])] : []),
    ],
    permissions: [
      ...topology.permissions,
      ...(administrator
        ? topology.vhosts.map(({ name }) => ({ user: administrator.name, vhost: name, ...everything }))
        : []),
    ],
  };
}

export function readTopology(path = TOPOLOGY) {
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8'));
  throw new LauncherFailure('topology_missing', `${path} is not there`, {
    suggestion: 'run: npm run docs:generate',
  });
}

/** A call of the management API; credentials travel in the header, as URLs end up in logs. */
export async function management(managementUrl, path, { method = 'GET', body, timeoutMs = 30_000 } = {}) {
  const url = new URL(path, managementUrl);
  const authorization = `Basic ${Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`).toString('base64')}`;
  url.username = '';
  url.password = '';
  return fetch(url, {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  });
}

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
