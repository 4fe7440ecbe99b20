import type { AgentMessageContract, CommandContract, EventContract, QueryContract } from '@ymera/contracts';

export interface BatchOptions {
  /** Maximum of messages in one call of the handler. */
  readonly max: number;
  /** How long the first message of a batch waits for others. */
  readonly waitMs: number;
}

export interface AgentBatchOptions extends BatchOptions {
  /**
   * `listen` (default): consumed from the start. `assignment`: only between `RabbitTransport.assign(queue)` and
   * `release(queue)`, for queues whose ownership moves between instances.
   */
  readonly consume?: 'listen' | 'assignment';
}

/** The subscription of a decorated handler; the transport derives its consumers from these. */
export type Subscription =
  | { readonly kind: 'event'; readonly contract: EventContract }
  | {
      readonly kind: 'event_batch';
      readonly contracts: readonly EventContract[];
      readonly batch: BatchOptions;
    }
  | { readonly kind: 'command'; readonly contract: CommandContract }
  | { readonly kind: 'query'; readonly contract: QueryContract }
  | { readonly kind: 'agent_message'; readonly queue: string; readonly contract: AgentMessageContract }
  | {
      readonly kind: 'agent_batch';
      readonly queues: readonly string[];
      readonly contract: AgentMessageContract;
      readonly batch: AgentBatchOptions;
    };
