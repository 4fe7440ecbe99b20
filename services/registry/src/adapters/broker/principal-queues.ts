import { agentQueue, exchanges } from '@ymera/contracts';
import type { Resilience } from '@ymera/resilience';
import type { Channel } from 'amqplib';

/** Messages above the limit are dropped without harm, oldest first: the truth of each task is in the database. */
const queueLength = 1000;

/** One queue for each principal, on the agents' virtual host; only the registry may declare queues there. */
export class PrincipalQueues {
  constructor(
    private readonly openChannel: () => Promise<Channel>,
    private readonly resilience: Resilience,
  ) {}

  declare(principalId: string): Promise<void> {
    return this.onChannel(async (channel) => {
      const queue = agentQueue(principalId);
      await channel.assertQueue(queue, { durable: true, arguments: { 'x-max-length': queueLength } });
      await channel.bindQueue(queue, exchanges.agentsOut, principalId);
    });
  }

  /** No effect when the queue does not exist. */
  delete(principalId: string): Promise<void> {
    return this.onChannel(async (channel) => {
      await channel.deleteQueue(agentQueue(principalId));
    });
  }

  /** A channel for each operation: the broker closes it at the first refusal. */
  private onChannel(work: (channel: Channel) => Promise<void>): Promise<void> {
    return this.resilience.execute(async () => {
      const channel = await this.openChannel();
      channel.on('error', () => undefined);
      await work(channel);
      await channel.close();
    });
  }
}
