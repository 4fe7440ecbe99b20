import { amqpAddress, openConnection } from '@ymera/amqp';
import {
  commands,
  events,
  permissions,
  topicPermissions,
  topology,
  type OutgoingMessage,
  type ServiceName,
} from '@ymera/contracts';
import { silentLogger } from '@ymera/kernel';
import type { ChannelModel } from 'amqplib';
import { randomBytes } from 'node:crypto';
import { createMessaging, type Messaging } from '../messaging';
import { declareTopology } from '../topology/declare-topology';
import { eventually } from './eventually';

export interface BrokerUser {
  readonly user: string;
  readonly url: string;
}

/**
 * A pair of virtual hosts with a user of their own on the real broker, so that cutting its connections affects no other
 * test.
 */
export interface TestBroker {
  /** With the orchestrator's user, whose handlers the tests run. */
  readonly url: string;
  readonly user: string;
  readonly vhosts: { readonly services: string; readonly agents: string };
  /** A user like those of agents. */
  addUser(name: string): Promise<string>;
  /** A user with exactly the permissions of this service's user. */
  addServiceUser(service: ServiceName): Promise<string>;
  /** The user of another service. */
  userOf(service: ServiceName): Promise<BrokerUser>;
  /** The messaging of another service, with a user of its own; closed with the broker. */
  as(service: ServiceName): Promise<Messaging>;
  /** Publishes each event or command as a service that may. */
  send(...messages: readonly OutgoingMessage[]): Promise<void>;
  connect(vhost: 'services' | 'agents', url?: string): Promise<ChannelModel>;
  /** As an operator or a restarting broker does it. */
  cutConnections(): Promise<void>;
  remove(): Promise<void>;
}

function senderOf({ type }: OutgoingMessage): ServiceName {
  const owner = events.find(({ key }) => key === type)?.owner;
  return owner ?? commands.find(({ key }) => key === type)?.senders[0] ?? 'coordinator';
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
  const users = new Set<string>();
  const addUser = async (name: string): Promise<string> => {
    users.add(name);
    await manage('PUT', `users/${name}`, { password: 'test', tags: '' });
    for (const vhost of Object.values(vhosts))
      await manage('PUT', `permissions/${vhost}/${name}`, { configure: '.*', write: '.*', read: '.*' });
    return `amqp://${name}:test@${host}`;
  };
  const addServiceUser = async (service: ServiceName): Promise<string> => {
    const name = `${run}-limited-${service}`;
    users.add(name);
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
  const user = `${run}-orchestrator`;
  const url = await addUser(user);
  const others = new Map<ServiceName, Promise<Messaging>>();
  const userOf = async (service: ServiceName): Promise<BrokerUser> => {
    const name = `${run}-${service}`;
    return { user: name, url: await addUser(name) };
  };
  const open = async (service: ServiceName): Promise<Messaging> =>
    createMessaging({
      url: (await userOf(service)).url,
      vhost: vhosts.services,
      agentsVhost: vhosts.agents,
      service,
      logger: silentLogger,
    });
  const as = (service: ServiceName): Promise<Messaging> => {
    const known = others.get(service) ?? open(service);
    others.set(service, known);
    return known;
  };
  await declareTopology(url, topology(1), vhosts);
  return {
    url,
    user,
    vhosts,
    addUser,
    addServiceUser,
    userOf,
    as,
    send: async (...messages) => {
      await Promise.all(
        messages.map(async (message) => (await as(senderOf(message))).publisher.publish(message)),
      );
    },
    connect: (vhost, as = url) => openConnection(amqpAddress({ url: as, vhost: vhosts[vhost] })),
    cutConnections: async () => {
      // The broker's own list lags behind a moment.
      await eventually(async () => (await manage('GET', `connections/username/${user}`)).includes(run));
      for (const name of users) await manage('DELETE', `connections/username/${name}`);
    },
    remove: async () => {
      for (const other of others.values()) await (await other).close();
      for (const vhost of Object.values(vhosts)) await manage('DELETE', `vhosts/${vhost}`);
      for (const name of users) await manage('DELETE', `users/${name}`);
    },
  };
}
