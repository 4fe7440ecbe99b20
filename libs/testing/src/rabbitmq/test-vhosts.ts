import { randomBytes } from 'node:crypto';
import { rabbitmqDefinitions, topology } from '@ymera/contracts';
import { eventually } from '../eventually';
import { requiredEnvironment } from '../required-environment';
import { management } from './management-api';

export interface TestVhosts {
  /** `amqp://user:password@host:port`, without a virtual host. */
  readonly url: string;
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
  const user = decodeURIComponent(url.username) || 'guest';
  await management('POST', 'definitions', {
    ...rabbitmqDefinitions(topology(partitions), vhosts),
    // The services' users belong to an installation; tests connect as the administrator.
    permissions: Object.values(vhosts).map((vhost) => ({
      user,
      vhost,
      configure: '.*',
      write: '.*',
      read: '.*',
    })),
    topic_permissions: [],
  });
  return {
    url: url.href.replace(/\/$/, ''),
    servicesVhost: vhosts.services,
    agentsVhost: vhosts.agents,
    async close() {
      try {
        await eventually(() => expectNoConnections(Object.values(vhosts)), {
          timeoutMs: 6000,
          intervalMs: 200,
        });
      } finally {
        await Promise.all(Object.values(vhosts).map(remove));
      }
    },
  };
}
