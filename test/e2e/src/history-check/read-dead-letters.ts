import { deadQueue, topology } from '@ymera/contracts';
import { connect, type GetMessage } from 'amqplib';
import type { Waiting } from './effects';

const vhosts = { services: '/ymera', agents: '/agents' } as const;
const peeked = 5;

/** Messages in the dead-letter queues, counted by the broker itself: the management API's figures are seconds old. */
export async function readDeadLetters(rabbitmqUrl: string): Promise<readonly Waiting[]> {
  const found: Waiting[] = [];
  for (const vhost of ['services', 'agents'] as const) {
    const connection = await connect(`${rabbitmqUrl}/${encodeURIComponent(vhosts[vhost])}`);
    connection.on('error', () => undefined);
    try {
      const channel = await connection.createChannel();
      for (const { name } of topology().queues.filter(
        (queue) => queue.vhost === vhost && isDead(queue.name),
      )) {
        const { messageCount } = await channel.checkQueue(name);
        if (messageCount === 0) continue;
        const seen: GetMessage[] = [];
        for (let index = 0; index < Math.min(messageCount, peeked); index += 1) {
          const message = await channel.get(name);
          if (message) seen.push(message);
        }
        found.push({ place: name, messages: messageCount, types: [...new Set(seen.map(describe))] });
      }
      // Closing the channel returns the messages that were read.
      await channel.close();
    } finally {
      await connection.close();
    }
  }
  return found;
}

const suffix = deadQueue('audit').slice('audit'.length);
const isDead = (queue: string): boolean => queue.endsWith(suffix);

function describe({ properties }: GetMessage): string {
  const headers: Record<string, unknown> = properties.headers ?? {};
  const reasons = Object.entries(headers)
    .filter(([name, value]) => /code|reason/.test(name) && typeof value === 'string')
    .map(([, value]) => String(value));
  return [String(properties.type), ...reasons].join(' ').slice(0, 300);
}
