import { amqpAddress, openConnection } from '@ymera/amqp';
import { permissions, topology, topicPermissions, type ServiceName } from '@ymera/contracts';
import type { ChannelModel } from 'amqplib';
import { randomBytes } from 'node:crypto';
import { declareTopology } from '../topology/declare-topology';
import { eventually } from './eventually';

/**
 * A pair of virtual hosts with a user of their own on the real broker, so that cutting its connections affects no other
 * test.
 */
export interface TestBroker {
  /** With our service's user. */
  readonly url: string;
  readonly user: string;
  readonly vhosts: { readonly services: string; readonly agents: string };
  /** A user like those of agents. */
  addUser(name: string): Promise<string>;
  /** A user with exactly the permissions of this service's user. */
  addServiceUser(service: ServiceName): Promise<string>;
  connect(vhost: 'services' | 'agents', url?: string): Promise<ChannelModel>;
  /** As an operator or a restarting broker does it. */
  cutConnections(): Promise<void>;
  remove(): Promise<void>;
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: these tests need a real broker`);
  return value;
}

async function manage(method: 'GET' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<string> {
  const url = new URL(required('YMERA_RABBITMQ_MANAGEMENT_URL'));
  const authorization = `Basic ${Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`).toString('base64')}`;
  const response = await fetch(`${url.origin}/api/${path}`, {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok && response.status !== 404) throw new Error(`${method} ${path}: ${response.status}`);
  return response.text();
}

export async function startTestBroker(): Promise<TestBroker> {
  const { host } = new URL(required('YMERA_RABBITMQ_URL'));
  const run = `test-messaging-${randomBytes(5).toString('hex')}`;
  const vhosts = { services: `${run}-services`, agents: `${run}-agents` };
  const users: string[] = [];
  const addUser = async (name: string): Promise<string> => {
    users.push(name);
    await manage('PUT', `users/${name}`, { password: 'test', tags: '' });
    for (const vhost of Object.values(vhosts))
      await manage('PUT', `permissions/${vhost}/${name}`, { configure: '.*', write: '.*', read: '.*' });
    return `amqp://${name}:test@${host}`;
  };
  const addServiceUser = async (service: ServiceName): Promise<string> => {
    const name = `${run}-${service}`;
    users.push(name);
    await manage('PUT', `users/${name}`, { password: 'test', tags: '' });
    for (const { vhost, configure, write, read } of permissions.filter((each) => each.service === service))
      await manage('PUT', `permissions/${vhosts[vhost]}/${name}`, { configure, write, read });
    for (const { vhost, exchange, write, read } of topicPermissions.filter(
      (each) => each.service === service,
    ))
      await manage('PUT', `topic-permissions/${vhosts[vhost]}/${name}`, { exchange, write, read });
    return `amqp://${name}:test@${host}`;
  };
  for (const vhost of Object.values(vhosts)) await manage('PUT', `vhosts/${vhost}`);
  const url = await addUser(run);
  await declareTopology(url, topology(1), vhosts);
  return {
    url,
    user: run,
    vhosts,
    addUser,
    addServiceUser,
    connect: (vhost, as = url) => openConnection(amqpAddress({ url: as, vhost: vhosts[vhost] })),
    cutConnections: async () => {
      // The broker's own list lags behind a moment.
      await eventually(async () => (await manage('GET', `connections/username/${run}`)).includes(run));
      await manage('DELETE', `connections/username/${run}`);
    },
    remove: async () => {
      for (const vhost of Object.values(vhosts)) await manage('DELETE', `vhosts/${vhost}`);
      for (const user of users) await manage('DELETE', `users/${user}`);
    },
  };
}
