import type { MessageHandler } from '@nestjs/microservices';
import { commandQueue, eventQueue, type ServiceName, type VirtualHost } from '@ymera/contracts';
import { readAgentMessage, readCommand, readEvent } from '../consuming/intake';
import { asDisposition, asDispositions, callHandler } from '../consuming/nest-handler';
import type { BatchTarget, Route, SingleTarget } from '../consuming/route';
import type { BatchOptions, Subscription } from '../subscription';

/** One queue and all its routes. */
export interface QueuePlan {
  readonly vhost: VirtualHost;
  readonly queue: string;
  readonly routes: Map<string, Route>;
  /** Consumed only between `assign` and `release`. */
  isOnAssignment: boolean;
}

export interface Registration {
  readonly subscription: Exclude<Subscription, { readonly kind: 'query' }>;
  readonly handler: MessageHandler;
}

const noContext: unknown = undefined;

const single = (handler: MessageHandler, name: string): SingleTarget => ({
  kind: 'single',
  name,
  handle: async (message) => asDisposition(await callHandler(handler, name, message, noContext)),
});

const batched = (
  handler: MessageHandler,
  name: string,
  { batch, isBulk = false }: { readonly batch: BatchOptions; readonly isBulk?: boolean },
): BatchTarget => ({
  kind: 'batch',
  name,
  batch,
  isBulk,
  handle: async (messages) => asDispositions(await callHandler(handler, name, messages, noContext)),
});

/** The queues that a service consumes, and how, from its decorated handlers. */
export function queuePlans(
  service: ServiceName,
  registrations: readonly Registration[],
): readonly QueuePlan[] {
  const plans = new Map<string, QueuePlan>();
  const planOf = (vhost: VirtualHost, queue: string): QueuePlan => {
    const key = `${vhost} ${queue}`;
    const plan = plans.get(key) ?? { vhost, queue, routes: new Map<string, Route>(), isOnAssignment: false };
    plans.set(key, plan);
    return plan;
  };
  const add = (plan: QueuePlan, type: string, route: Route): void => {
    if (plan.routes.has(type)) throw new Error(`two handlers take ${type} from ${plan.queue}`);
    plan.routes.set(type, route);
  };

  for (const { subscription, handler } of registrations) {
    switch (subscription.kind) {
      case 'event': {
        const { contract } = subscription;
        add(planOf('services', eventQueue(service)), contract.key, {
          read: (message, facts) => readEvent(contract, message, facts),
          target: single(handler, contract.key),
        });
        break;
      }
      case 'event_batch': {
        const target = batched(handler, `${service} event batch`, subscription);
        for (const contract of subscription.contracts)
          add(planOf('services', eventQueue(service)), contract.key, {
            read: (message, facts) => readEvent(contract, message, facts),
            target,
          });
        break;
      }
      case 'command': {
        const { contract } = subscription;
        if (contract.owner !== service)
          throw new Error(`${contract.key} is an order to ${contract.owner}, not to ${service}`);
        add(planOf('services', commandQueue(service)), contract.key, {
          read: (message, facts) => readCommand(contract, message, facts),
          target: single(handler, contract.key),
        });
        break;
      }
      case 'agent_message': {
        const { contract, queue } = subscription;
        add(planOf('agents', queue), contract.name, {
          read: (message, facts) => readAgentMessage(contract, message, facts),
          target: single(handler, contract.name),
        });
        break;
      }
      case 'agent_batch': {
        const { contract, batch } = subscription;
        for (const queue of subscription.queues) {
          const plan = planOf('agents', queue);
          if (batch.consume === 'assignment') plan.isOnAssignment = true;
          add(plan, contract.name, {
            read: (message, facts) => readAgentMessage(contract, message, facts),
            target: batched(handler, `${contract.name} batch`, { batch, isBulk: true }),
          });
        }
        break;
      }
    }
  }
  return [...plans.values()];
}

/** Unacknowledged messages of a consumer: enough for one batch in progress and the next one in collection. */
export function prefetchOf({ routes }: QueuePlan, singlePrefetch: number): number {
  const targets = new Set([...routes.values()].map(({ target }) => target));
  const sizes = [...targets].map((target) => (target.kind === 'batch' ? 2 * target.batch.max : 0));
  const hasSingle = [...targets].some(({ kind }) => kind === 'single');
  return sizes.reduce((sum, size) => sum + size, hasSingle ? singlePrefetch : 0);
}
