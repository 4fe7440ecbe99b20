export {
  OnAgentBatch,
  OnAgentMessage,
  OnCommand,
  OnEvent,
  OnEventBatch,
  OnQuery,
  type QueryContext,
} from './decorators';
export type { DelayedDelivery, DelayedMessage } from './delayed-delivery';
export { ack, dead, retry, type Disposition } from './disposition';
export type { Received } from './received';
export type { AgentBatchOptions, BatchOptions } from './subscription';
export * from './surface';
