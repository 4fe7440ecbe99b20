import { randomBytes } from 'node:crypto';
import { rabbitmqDefinitions, serviceNames, serviceUser, topology, type ServiceName } from '@ymera/contracts';
import { eventually } from '../eventually';
import { requiredEnvironment } from '../required-environment';
import { management } from './management-api';

export interface TestVhosts {
  /** `amqp://user:password@host:port` of an administrator, without a virtual host. */
  readonly url: string;
  /** The same with the user of a service, which may do what the contracts let it do. */
  urlOf(service: ServiceName): string;
  /** The same with a user that may publish under the name of any principal. */
  readonly principalsUrl: string;
  readonly servicesVhost: string;
  readonly agentsVhost: string;
  /** Fails when the test left connections open; the virtual hosts are deleted either way. */
  close(): Promise<void>;
}

const hourMs = 3_600_000;
const pattern = /^ymera-test-([0-9a-z]{8})-[0-9a-f]{8}-(services|agents)$/;

export function isLeftoverVhost(name: string, now: number): boolean {
  const made = pattern.exec(name)?.[1];
  return made !== undefined && Number.parseInt(made, 36) < now - hourMs;
}

const remove = (name: string) => management('DELETE', `vhosts/${encodeURIComponent(name)}`);

async function removeLeftovers(): Promise<void> {
  const vhosts = await management<{ name: string }[]>('GET', 'vhosts?columns=name');
  for (const { name } of vhosts)
    // Another test file may remove the same one concurrently.
    if (isLeftoverVhost(name, Date.now())) await remove(name).catch(() => undefined);
}

async function expectNoConnections(names: readonly string[]): Promise<void> {
  for (const name of names) {
    const open = await management<{ name: string }[]>(
      'GET',
      `vhosts/${encodeURIComponent(name)}/connections?columns=name`,
    );
    if (open.length > 0)
      throw new Error(`${open.length} connections were left open: ${open.map((one) => one.name).join(', ')}`);
  }
}

/**
 * Two virtual hosts for one test file, with every exchange, queue and binding of the contracts; only `partitions`
 * (default 2) of the report partitions, because 64 quorum queues take seconds.
 */
export async function testVhosts({
  partitions = 2,
}: { readonly partitions?: number } = {}): Promise<TestVhosts> {
  const url = new URL(requiredEnvironment('YMERA_RABBITMQ_URL'));
  url.pathname = '';
  const prefix = `ymera-test-${Date.now().toString(36)}-${randomBytes(4).toString('hex')}`;
  const vhosts = { services: `${prefix}-services`, agents: `${prefix}-agents` };
  await removeLeftovers();
  const administrator = decodeURIComponent(url.username) || 'guest';
  const password = randomBytes(16).toString('hex');
  const userOf = (service: ServiceName): string => `${prefix}-${service}`;
  const impersonator = `${prefix}-principals`;
  const users = new Map(serviceNames.map((service) => [serviceUser(service), userOf(service)]));
  const definitions = rabbitmqDefinitions(topology(partitions), vhosts);
  const ofThisTest = <P extends { readonly user: string }>(permission: P): P => ({
    ...permission,
    user: users.get(permission.user) ?? permission.user,
  });
  await management('POST', 'definitions', {
    ...definitions,
    users: [
      ...[...users.values()].map((name) => ({ name, password, tags: '' })),
      { name: impersonator, password, tags: 'impersonator' },
    ],
    permissions: [
      ...definitions.permissions.map(ofThisTest),
      ...Object.values(vhosts).flatMap((vhost) =>
        [administrator, impersonator].map((user) => ({
          user,
          vhost,
          configure: '.*',
          write: '.*',
          read: '.*',
        })),
      ),
    ],
    topic_permissions: definitions.topic_permissions.map(ofThisTest),
  });
  const addressOf = (user: string): string => {
    const address = new URL(url);
    Object.assign(address, { username: user, password });
    return address.href.replace(/\/$/, '');
  };
  return {
    url: url.href.replace(/\/$/, ''),
    urlOf: (service) => addressOf(userOf(service)),
    principalsUrl: addressOf(impersonator),
    servicesVhost: vhosts.services,
    agentsVhost: vhosts.agents,
    async close() {
      try {
        await eventually(() => expectNoConnections(Object.values(vhosts)), {
          timeoutMs: 6000,
          intervalMs: 200,
        });
      } finally {
        await Promise.all([
          ...Object.values(vhosts).map(remove),
          management('POST', 'users/bulk-delete', { users: [...users.values(), impersonator] }),
        ]);
      }
    },
  };
}
