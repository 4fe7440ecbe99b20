import { Catch, UseFilters, type RpcExceptionFilter } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import type {
  AgentMessageContract,
  CommandContract,
  EventContract,
  PayloadOf,
  QueryContract,
} from '@ymera/contracts';
import type { Result } from '@ymera/kernel';
import { throwError, type Observable } from 'rxjs';
import type { z } from 'zod';
import type { Disposition } from './disposition';
import type { Received } from './received';
import type { AgentBatchOptions, BatchOptions, Subscription } from './subscription';

/** A decorator that accepts only methods of the right signature. */
type On<Method> = <M extends Method>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void;

type MessageMethod<P> = (message: Received<P>) => Promise<Disposition | void>;
type BatchMethod<P> = (messages: Received<P>[]) => Promise<readonly Disposition[] | void>;
type QueryMethod<P, R> = (payload: P, context: QueryContext) => Promise<Result<R>>;

/** The context of a query handler, besides the payload. */
export interface QueryContext {
  /** The caller's message id. */
  readonly id: string;
}

/** Key of our entry in the extras of Nest's pattern metadata. */
export const subscriptionKey = 'ymera';

/** Nest's own filter replaces unknown exceptions by a sentence; the transport decides by the exception itself. */
@Catch()
class KeepException implements RpcExceptionFilter<unknown> {
  catch(exception: unknown): Observable<never> {
    return throwError(() => exception);
  }
}
const keepException = UseFilters(new KeepException());

function subscribe<Method>(route: string, subscription: Subscription): On<Method> {
  const pattern = subscription.kind === 'query' ? MessagePattern : EventPattern<string>;
  return (target, key, descriptor) => {
    pattern(route, { [subscriptionKey]: subscription })(target, key, descriptor);
    keepException(target, key, descriptor);
    Payload()(target, key, 0);
    Ctx()(target, key, 1);
  };
}

/** Handles one event. Returning nothing acknowledges. */
export const OnEvent = <P extends z.ZodType>(
  contract: EventContract<P>,
): On<MessageMethod<PayloadOf<EventContract<P>>>> =>
  subscribe(`event:${contract.key}`, { kind: 'event', contract });

/**
 * Handles events in batches, of one or several contracts; distinguish them by `type`. A batch that throws is halved
 * until the message at fault is alone, so the handler must be atomic: all of a call or nothing.
 */
export const OnEventBatch = <C extends EventContract>(
  contracts: readonly C[],
  batch: BatchOptions,
): On<BatchMethod<PayloadOf<C>>> =>
  subscribe(`event_batch:${contracts.map(({ key }) => key).join(',')}`, {
    kind: 'event_batch',
    contracts,
    batch,
  });

/** An order to this service. Returning nothing acknowledges. */
export const OnCommand = <P extends z.ZodType>(
  contract: CommandContract<P>,
): On<MessageMethod<PayloadOf<CommandContract<P>>>> =>
  subscribe(`command:${contract.key}`, { kind: 'command', contract });

/** Handles a query to this service. Failures are part of the reply; an exception becomes one. */
export const OnQuery = <P extends z.ZodType, R extends z.ZodType>(
  contract: QueryContract<P, R>,
): On<QueryMethod<PayloadOf<QueryContract<P, R>>, z.input<R>>> =>
  subscribe(`query:${contract.key}`, { kind: 'query', contract });

/** One message from an agent, on one of `agentQueues` or a report queue. Its sender is `principalId`. */
export const OnAgentMessage = <Name extends string, P extends z.ZodType>(
  queue: string,
  contract: AgentMessageContract<Name, P>,
): On<MessageMethod<PayloadOf<AgentMessageContract<Name, P>>>> =>
  subscribe(`agent:${queue}:${contract.name}`, { kind: 'agent_message', queue, contract });

/** Handles messages from agents in batches, each from one queue; otherwise like `OnEventBatch`. */
export const OnAgentBatch = <Name extends string, P extends z.ZodType>(
  queues: readonly string[],
  contract: AgentMessageContract<Name, P>,
  batch: AgentBatchOptions,
): On<BatchMethod<PayloadOf<AgentMessageContract<Name, P>>>> =>
  subscribe(`agent_batch:${contract.name}:${queues.join(',')}`, {
    kind: 'agent_batch',
    queues,
    contract,
    batch,
  });
