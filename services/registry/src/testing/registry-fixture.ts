import { randomBytes } from 'node:crypto';
import { createEnrolment, enrolPrincipal, hello, registerAgent } from '@ymera/contracts';
import { eventually, management } from '@ymera/testing';
import { PrincipalClient } from './principal-client';
import { admin, asPrincipal, registration } from './in-memory-registry-fixture';
import { runRegistry, type RunningRegistry } from './running-registry';

export const forbidden = '403 (ACCESS-REFUSED)';

export const helloFrom = (...agentIds: string[]) => ({ protocol: 1, agent_ids: agentIds });

/**
 * The registry on a real broker, with two principals of one agent each. One for all stories: it listens on the broker's
 * callback port, so a second one would only wait for the first.
 */
export class RegistryFixture {
  /** Unique names for this run: the broker caches permissions for seconds. */
  readonly run = randomBytes(3).toString('hex');
  readonly alice = `alice-${this.run}`;
  readonly bob = `bob-${this.run}`;
  readonly credentials = new Map<string, string>();
  readonly partitions = new Map<string, number>();
  private running: RunningRegistry | undefined;

  /** Defined once the fixture is open. */
  get registry(): RunningRegistry {
    if (!this.running) throw new Error('the registry does not run');
    return this.running;
  }

  get vhost(): string {
    return this.registry.vhosts.agentsVhost;
  }

  async open(): Promise<void> {
    this.running = await runRegistry();
    for (const principal of [this.alice, this.bob]) {
      await this.enrol(principal);
      await this.registry.ask(registerAgent, registration(asPrincipal(principal), `agent-of-${principal}`));
      const client = await this.clientOf(principal);
      const inbox = await client.inbox(principal);
      await client.publish(`event.hello.${principal}`, helloFrom(`agent-of-${principal}`), {
        userId: principal,
        type: hello.name,
      });
      const [welcome] = await eventually(() =>
        inbox.length > 0 ? inbox : Promise.reject(new Error('no welcome')),
      );
      this.partitions.set(principal, (welcome?.body as { partition: number }).partition);
    }
    await this.registry.closeConnections();
  }

  readonly token = async (kind: 'principal' | 'agent'): Promise<string> =>
    (await this.registry.ask(createEnrolment, { kind, valid_s: 600, created_by: admin })).enrolment_token;

  readonly clientOf = async (principalId: string): Promise<PrincipalClient> =>
    new PrincipalClient(await this.registry.connectAs(principalId, this.credentials.get(principalId) ?? ''));

  /** The first message of a queue of the platform, taken as its consumer would. */
  readonly taken = (queue: string) =>
    eventually(async () => {
      const found = await management<{ properties: { user_id: string; headers: Record<string, string> } }[]>(
        'POST',
        `queues/${encodeURIComponent(this.vhost)}/${queue}/get`,
        { count: 1, ackmode: 'ack_requeue_false', encoding: 'auto' },
      );
      if (found.length === 0) throw new Error(`nothing in ${queue} yet`);
      return found;
    });

  /** The routing key under which Alice may publish. */
  readonly own = (channel: string): string => `${channel}.${this.partitions.get(this.alice)}.${this.alice}`;

  private async enrol(principalId: string): Promise<void> {
    const answer = await this.registry.ask(enrolPrincipal, {
      enrolment_token: await this.token('principal'),
      principal_id: principalId,
    });
    this.credentials.set(principalId, answer.credential);
  }
}
