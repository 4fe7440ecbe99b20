import type { GetMessage } from 'amqplib';
import { eventually } from './eventually';
import type { TestBroker } from './test-broker';

type Vhost = 'services' | 'agents';

/** Takes the next message of a queue, outside of the application. */
export async function take(broker: TestBroker, vhost: Vhost, queue: string): Promise<GetMessage> {
  const connection = await broker.connect(vhost);
  try {
    const channel = await connection.createChannel();
    return await eventually(() => channel.get(queue, { noAck: true }));
  } finally {
    await connection.close();
  }
}

/** Messages ready to be delivered; those that a consumer holds are not counted. */
export async function ready(broker: TestBroker, vhost: Vhost, queue: string): Promise<number> {
  const connection = await broker.connect(vhost);
  try {
    const channel = await connection.createChannel();
    return (await channel.checkQueue(queue)).messageCount;
  } finally {
    await connection.close();
  }
}
