export {
  OnAgentBatch,
  OnAgentMessage,
  OnCommand,
  OnEvent,
  OnEventBatch,
  OnQuery,
  type QueryContext,
} from './decorators';
export type { ReceivedDeadLetter } from './dead-letters/dead-letter';
export type { DelayedDelivery, DelayedMessage } from './delayed-delivery';
export { ack, dead, retry, type Disposition } from './disposition';
export { headerNames } from './headers';
export { createMessaging, type Messaging, type MessagingOptions } from './messaging';
export { RabbitOutboxPublisher } from './publishing/outbox-publisher';
export { Publisher } from './publishing/publisher';
export { QueryClient, type AskOptions } from './queries/query-client';
export { createOriginKey } from './origin';
export type { Received } from './received';
export type { AgentBatchOptions, BatchOptions } from './subscription';
export { declareTopology } from './topology/declare-topology';
export { RabbitTransport, type TransportOptions } from './transport/rabbit-transport';
