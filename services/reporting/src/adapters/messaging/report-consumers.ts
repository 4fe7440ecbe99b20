import { reportQueue } from '@ymera/contracts';
import type { RabbitTransport } from '@ymera/messaging';
import type { PartitionConsumers } from '../../application/ports';

export const reportConsumers = (transport: RabbitTransport): PartitionConsumers => ({
  assign: (partition) => transport.assign(reportQueue(partition)),
  release: (partition) => transport.release(reportQueue(partition)),
});
